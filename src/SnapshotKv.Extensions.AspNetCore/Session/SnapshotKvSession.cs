using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.AspNetCore.Diagnostics;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>One request's view of a session: what was loaded, and what the request changed since.</summary>
/// <remarks>
/// <para>Not thread-safe, as every <see cref="ISession"/>; each request has its own. The commit brings this request's changes to the session as it is by
/// then, so that requests which run at the same time do not take back each other's.</para>
/// <para>A session that was there when it was loaded, and is not when it is committed, was revoked or expired meanwhile. It does not come back.</para>
/// </remarks>
internal sealed class SnapshotKvSession(
    SessionEntries entries,
    string entryKey,
    TimeSpan idleTimeout,
    TimeSpan ioTimeout,
    Func<bool> tryEstablishSession,
    bool isNewSessionKey,
    TimeProvider timeProvider,
    ILogger logger) : ISession
{
    private const int MaxKeyBytes = ushort.MaxValue;

    private static readonly Dictionary<string, byte[]> NoValues = new(StringComparer.Ordinal);

    private readonly SessionChanges _changes = new();
    private State _state;
    private StoredSession _stored;
    private Guid? _id;

    private enum State
    {
        NotLoaded,
        Available,

        /// <summary>It could not be loaded, or ended while the request ran. Nothing is read from it any more, and nothing written.</summary>
        Unavailable,
    }

    public bool IsAvailable
    {
        get
        {
            Load();
            return _state == State.Available;
        }
    }

    public string Id => IsAvailable ? OwnId.ToString("D") : _id?.ToString("D") ?? string.Empty;

    /// <summary>A list of their own, so that a loop over them may change the session.</summary>
    public IEnumerable<string> Keys => IsAvailable ? [.. _changes.ApplyTo(Before).Keys] : [];

    private IReadOnlyDictionary<string, byte[]> Before => _stored.Content?.Values ?? NoValues;

    private Guid OwnId => _id ??= new Guid(RandomNumberGenerator.GetBytes(16));

    public bool TryGetValue(string key, [NotNullWhen(true)] out byte[]? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        value = IsAvailable ? _changes.Find(key, Before)?.AsSpan().ToArray() : null;
        return value is not null;
    }

    public void Set(string key, byte[] value)
    {
        ArgumentNullException.ThrowIfNull(value);
        CheckKey(key);
        if (!IsAvailable)
        {
            return;
        }

        if (!tryEstablishSession())
        {
            throw new InvalidOperationException("The session cannot be established any more: the response has started, and the session's cookie would have had to be sent with its head. Set something in the session before the response is written.");
        }

        _changes.Set(key, value.AsSpan().ToArray());
    }

    public void Remove(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (IsAvailable)
        {
            _changes.Remove(key);
        }
    }

    public void Clear()
    {
        if (IsAvailable)
        {
            _changes.Clear();
        }
    }

    public async Task LoadAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_state != State.NotLoaded)
        {
            return;
        }

        using var deadline = new IoDeadline(ioTimeout, timeProvider, cancellationToken);
        try
        {
            Take(await entries.ReadAsync(entryKey, deadline.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException exception) when (deadline.HasPassed)
        {
            logger.LoadTimedOut(ioTimeout);
            throw new OperationCanceledException($"The session was not loaded within {ioTimeout}.", exception, deadline.Token);
        }
    }

    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (HasNothingToCommit)
        {
            return;
        }

        using var deadline = new IoDeadline(ioTimeout, timeProvider, cancellationToken);
        try
        {
            if (_changes.IsEmpty && !HasOtherIdleTimeout(_stored.Content))
            {
                await entries.RefreshAsync(entryKey, deadline.Token).ConfigureAwait(false);
            }
            else
            {
                await WriteAsync(deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException exception) when (deadline.HasPassed)
        {
            logger.CommitTimedOut(ioTimeout);
            throw new OperationCanceledException($"The session was not committed within {ioTimeout}.", exception, deadline.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.CommitFailed(exception);
            throw;
        }
    }

    /// <summary>A visitor who has no session costs the store nothing at the end of the request.</summary>
    private bool HasNothingToCommit => _state switch
    {
        State.Unavailable => true,
        State.NotLoaded => isNewSessionKey,
        _ => _changes.IsEmpty && _stored.Version == 0,
    };

    private static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var length = SessionText.Encode(key, "A session key", nameof(key)).Length;
        if (length > MaxKeyBytes)
        {
            throw new ArgumentOutOfRangeException(nameof(key), string.Create(CultureInfo.InvariantCulture, $"A session key takes at most {MaxKeyBytes} bytes of UTF-8; this one takes {length}."));
        }
    }

    private bool HasOtherIdleTimeout(SessionContent? content) => content is not null && content.IdleTimeout != idleTimeout;

    private void Load()
    {
        if (_state != State.NotLoaded)
        {
            return;
        }

        try
        {
            Take(entries.Read(entryKey));
        }
        catch (Exception exception)
        {
            // Whoever reads a property expects no exception of a disk; LoadAsync is for those who want to know.
            logger.LoadFailed(exception);
            _state = State.Unavailable;
        }
    }

    private void Take(StoredSession stored)
    {
        if (stored.Version == 0 && !isNewSessionKey)
        {
            logger.Missing();
        }

        _stored = stored;
        _id = stored.Content?.Id;
        _state = State.Available;
    }

    /// <summary>
    /// Applies the changes to what is stored, again and again until nobody else writes in between. A turn that is lost is one that another request won,
    /// so requests can delay but never block each other.
    /// </summary>
    private async ValueTask WriteAsync(CancellationToken cancellationToken)
    {
        var current = _stored;
        for (var conflicts = 0; ; conflicts++)
        {
            if (_stored.Content is { } loaded && loaded.Id != current.Content?.Id)
            {
                End();
                return;
            }

            var merged = Merge(current.Content);
            var version = merged is null ? 0 : await entries.TryWriteAsync(entryKey, merged, current.Version, cancellationToken).ConfigureAwait(false);
            if (version != 0)
            {
                Adopt(new(version, merged));
                Tell(merged!, current.Content is null, conflicts);
                return;
            }

            // Somebody was faster; or the changes change nothing, which has to be true of what is stored now too, and reading it moves the expiry.
            var now = await entries.ReadAsync(entryKey, cancellationToken).ConfigureAwait(false);
            if (merged is null && now.Version == current.Version)
            {
                Adopt(now);
                return;
            }

            current = now;
        }
    }

    /// <summary>The session with this request's changes; null when there is nothing to write.</summary>
    private SessionContent? Merge(SessionContent? current)
    {
        var before = current?.Values ?? NoValues;
        var after = _changes.ApplyTo(before);
        if (ReferenceEquals(before, after) && !HasOtherIdleTimeout(current))
        {
            return null;
        }

        var now = timeProvider.GetUtcNow();
        return new() { Id = current?.Id ?? OwnId, CreatedAt = current?.CreatedAt ?? now, LastWrittenAt = now, IdleTimeout = idleTimeout, Values = after };
    }

    /// <summary>From here on the session is what is stored, the changes of others among it.</summary>
    private void Adopt(StoredSession stored)
    {
        _stored = stored;
        _id = stored.Content?.Id ?? _id;
        _changes.Forget();
    }

    private void Tell(SessionContent content, bool isNew, int conflicts)
    {
        if (isNew)
        {
            logger.Started();
        }

        logger.Stored(content.Id, content.Values.Count, conflicts);
    }

    private void End()
    {
        logger.Ended();
        _stored = default;
        _changes.Forget();
        _state = State.Unavailable;
    }
}
