using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Looks at the sessions of a store from outside any request.</summary>
internal sealed class SnapshotKvSessionDirectory(SessionEntries entries, ILogger<SnapshotKvSessionDirectory> logger) : ISnapshotKvSessionDirectory
{
    public ValueTask<long> CountAsync(CancellationToken cancellationToken = default) => entries.Partition.CountAsync(cancellationToken: cancellationToken);

    public async IAsyncEnumerable<SnapshotKvSessionInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var key in entries.Partition.GetKeysAsync().WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (entries.Peek(key, out var entry) is { } content)
            {
                yield return InfoOf(content, entry);
            }
        }
    }

    public IAsyncEnumerable<SnapshotKvSessionInfo> ListAsync(string userName, CancellationToken cancellationToken = default)
    {
        var tag = UserTag(userName);
        return List(cancellationToken);

        async IAsyncEnumerable<SnapshotKvSessionInfo> List([EnumeratorCancellation] CancellationToken stop)
        {
            // Keys of a tag are told synchronously; the form is the other list's.
            await ValueTask.CompletedTask.ConfigureAwait(false);
            foreach (var key in entries.Partition.GetKeysByTag(tag))
            {
                stop.ThrowIfCancellationRequested();

                // Between finding the key and looking at it the session may have become another user's.
                if (entries.Peek(key, out var entry) is { } content && content.UserName == userName)
                {
                    yield return InfoOf(content, entry);
                }
            }
        }
    }

    public ValueTask<SnapshotKvSessionDetails?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        if (Guid.TryParseExact(id, "D", out var guid))
        {
            foreach (var key in entries.Partition.GetKeysByTag(SessionTags.Id(guid)))
            {
                if (entries.Peek(key, out var entry) is { } content && content.Id == guid)
                {
                    return new(new SnapshotKvSessionDetails(InfoOf(content, entry), content.Values));
                }
            }
        }

        return new((SnapshotKvSessionDetails?)null);
    }

    public async ValueTask<bool> RevokeAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        cancellationToken.ThrowIfCancellationRequested();
        return Guid.TryParseExact(id, "D", out var guid) && await RevokeTaggedAsync(SessionTags.Id(guid), cancellationToken).ConfigureAwait(false) > 0;
    }

    public ValueTask<long> RevokeUserAsync(string userName, CancellationToken cancellationToken = default) => RevokeTaggedAsync(UserTag(userName), cancellationToken);

    public async ValueTask<long> RevokeAllAsync(CancellationToken cancellationToken = default) =>
        Told(await entries.Partition.ClearAsync(cancellationToken).ConfigureAwait(false));

    private static string UserTag(string userName)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        return SessionTags.User(userName);
    }

    private static SnapshotKvSessionInfo InfoOf(SessionContent content, in KvEntryInfo entry) => new()
    {
        Id = content.Id.ToString("D"),
        UserName = content.UserName,
        CreatedAt = content.CreatedAt,
        LastWrittenAt = content.LastWrittenAt,
        ExpiresAt = entry.ExpiresAt,
        IdleTimeout = content.IdleTimeout,
        LastUsedAt = entry.ExpiresAt - entry.SlidingExpiration,
        KeyCount = content.Values.Count,
        SizeBytes = entry.ValueBytes,
    };

    private async ValueTask<long> RevokeTaggedAsync(string tag, CancellationToken cancellationToken) =>
        Told(await entries.Partition.RemoveByTagAsync(tag, cancellationToken).ConfigureAwait(false));

    private long Told(long count)
    {
        if (count > 0)
        {
            logger.Revoked(count);
        }

        return count;
    }
}
