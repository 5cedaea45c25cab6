using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>The entries of a store that are sessions: one each, read, written on condition, and slid.</summary>
/// <remarks>Thread-safe. Does not own the store; after the store's disposal everything throws <see cref="ObjectDisposedException"/>.</remarks>
internal sealed class SessionEntries
{
    /// <summary>Longer than any browser keeps a cookie, and within what a store can express.</summary>
    private static readonly TimeSpan LongestLife = TimeSpan.FromDays(36_500);

    private readonly ILogger _logger;

    public SessionEntries(IKvStore store, string prefix, ILogger<SessionEntries> logger)
    {
        Partition = store.GetPartition(prefix);
        _logger = logger;

        // A restore must not bring back a session that was ended, nor end those that have begun since.
        (store as IKvSnapshots)?.Protect(prefix);
    }

    public IKvStore Partition { get; }

    /// <summary>The entries that a container's options tell of.</summary>
    /// <exception cref="OptionsValidationException">The options are wrong, or the store they name is not registered; all faults are named.</exception>
    public static SessionEntries Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<SnapshotKvSessionOptions>>().Value;
        var store = string.IsNullOrEmpty(options.StoreName) ? services.GetService<IKvStore>() : services.GetKeyedService<IKvStore>(options.StoreName);
        return new(
            store ?? throw new InvalidOperationException(NoStoreMessage(options.StoreName)),
            options.Prefix,
            services.GetRequiredService<ILogger<SessionEntries>>());
    }

    /// <summary>Whether a store is registered, without opening it. A container that cannot tell is believed to have one.</summary>
    public static bool HasStore(IServiceProvider services, string? storeName) => string.IsNullOrEmpty(storeName)
        ? services.GetService<IServiceProviderIsService>()?.IsService(typeof(IKvStore)) ?? true
        : services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(IKvStore), storeName) ?? true;

    public static string NoStoreMessage(string? storeName) => string.IsNullOrEmpty(storeName)
        ? "Sessions need a store: call services.AddSnapshotKv(…) as well, or set StoreName to one that was registered by name."
        : $"Sessions are to be kept in the store '{storeName}', which is not registered: call services.AddKeyedSnapshotKv(\"{storeName}\", …) as well, or leave StoreName out for the one without a name.";

    /// <summary>
    /// The key of a session's entry: a digest of what the cookie carries. So whoever reads a snapshot of the store, even beside the keys that
    /// protect the cookie, learns nothing with which he could make one.
    /// </summary>
    /// <exception cref="ArgumentException">The session key has an unpaired surrogate.</exception>
    public static string KeyOf(string sessionKey) => Base64Url.EncodeToString(SHA256.HashData(SessionText.Encode(sessionKey, "The key of a session", nameof(sessionKey))));

    /// <summary>Reads a session, which moves its expiry. What cannot be read is logged, and found with its version but without content.</summary>
    public StoredSession Read(string key)
    {
        try
        {
            return Partition.TryGetBytes(key, out var bytes, out var version) ? new(version, ToContent(bytes)) : default;
        }
        catch (KvSerializationException)
        {
            return Foreign(key);
        }
    }

    /// <inheritdoc cref="Read"/>
    public async ValueTask<StoredSession> ReadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var found = await Bounded(Partition.GetBytesAsync(key, cancellationToken), cancellationToken).ConfigureAwait(false);
            return found.Value is { } bytes ? new(found.Version, ToContent(bytes)) : default;
        }
        catch (KvSerializationException)
        {
            return Foreign(key);
        }
    }

    /// <summary>Writes a session if its entry still has the version that was read, or is still absent for version 0.</summary>
    /// <returns>The new version; 0 when somebody else was faster, and then nothing was written.</returns>
    public async ValueTask<long> TryWriteAsync(string key, SessionContent content, long version, CancellationToken cancellationToken)
    {
        var life = content.IdleTimeout == Timeout.InfiniteTimeSpan ? default(TimeSpan?) : content.IdleTimeout < LongestLife ? content.IdleTimeout : LongestLife;
        var batch = new KvBatch()
            .SetBytes(key, SessionPayload.Write(content), new KvEntryOptions { SlidingExpiration = life, Tags = SessionTags.Of(content) })
            .RequireVersion(key, version);
        var result = await Bounded(Partition.TryCommitAsync(batch, cancellationToken), cancellationToken).ConfigureAwait(false);
        return result.IsCommitted ? result.Version : 0;
    }

    /// <summary>Moves a session's expiry without reading it.</summary>
    public async ValueTask RefreshAsync(string key, CancellationToken cancellationToken) =>
        await Bounded(Partition.RefreshAsync(key, cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <summary>Looks at a session without moving its expiry.</summary>
    /// <returns>Null when there is none, or when it cannot be read, which is logged.</returns>
    public SessionContent? Peek(string key, out KvEntryInfo info)
    {
        try
        {
            return Partition.TryPeekBytes(key, out var bytes, out info) ? ToContent(bytes) : null;
        }
        catch (KvSerializationException)
        {
            info = default;
            return Foreign(key).Content;
        }
    }

    /// <summary>
    /// Waits for what a store is doing no longer than the token allows, also when the store itself does not look at it: a hung disk must not hang requests.
    /// </summary>
    private static async ValueTask<T> Bounded<T>(ValueTask<T> operation, CancellationToken cancellationToken) => operation.IsCompleted
        ? await operation.ConfigureAwait(false)
        : await operation.AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Somebody put another kind of value where a session belongs. Its version is needed all the same, to replace it.</summary>
    private StoredSession Foreign(string key)
    {
        _logger.Unreadable("it is another kind of value than bytes");
        return new(Partition.TryGetInfo(key, out var info) ? info.Version : 0, Content: null);
    }

    private SessionContent? ToContent(byte[] bytes)
    {
        if (!SessionPayload.TryRead(bytes, out var content, out var fault))
        {
            _logger.Unreadable(fault);
        }

        return content;
    }
}
