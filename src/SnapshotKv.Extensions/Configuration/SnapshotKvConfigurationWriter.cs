using System.Buffers;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Writes a configuration by batches with conditions, over any store.</summary>
/// <remarks>Thread-safe. Does not own the store.</remarks>
internal sealed partial class SnapshotKvConfigurationWriter : ISnapshotKvConfigurationWriter
{
    /// <summary>So many other writers in a row mean that something writes without end.</summary>
    private const int MostTries = 64;

    private readonly IKvStore _store;
    private readonly string _prefix;
    private readonly int _historyLimit;
    private readonly TimeProvider _timeProvider;
    private readonly Func<IReadOnlyList<SnapshotKvConfigurationProvider>> _providers;
    private readonly ILogger _logger;
    private readonly ConfigurationHistory _history;

    /// <param name="store">The store.</param>
    /// <param name="options">The prefix, and how long the history is.</param>
    /// <param name="timeProvider">The clock of the history.</param>
    /// <param name="providers">Finds the providers of the application; those that follow this configuration are asked before a commit and waited for after it.</param>
    /// <param name="logger">Where is logged to.</param>
    public SnapshotKvConfigurationWriter(
        IKvStore store,
        SnapshotKvConfigurationOptions options,
        TimeProvider timeProvider,
        Func<IReadOnlyList<SnapshotKvConfigurationProvider>> providers,
        ILogger logger)
    {
        _store = store;
        _prefix = options.Prefix;
        _historyLimit = options.HistoryLimit;
        _timeProvider = timeProvider;
        _providers = providers;
        _logger = logger;
        _history = new ConfigurationHistory(store, _prefix);
    }

    public ValueTask<SnapshotKvConfigurationValues> GetAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var state = ReadState();
        return ValueTask.FromResult(new SnapshotKvConfigurationValues(state.Set.ToData(), state.Head.Revision, state.GetVersion()));
    }

    public Task<SnapshotKvConfigurationWrite> ApplyAsync(SnapshotKvConfigurationChange change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        ThrowIfReadOnly();
        return WriteAsync(new(change.Author, change.Reason, change.ApplyTo) { ExpectedVersion = change.ExpectedVersion }, cancellationToken);
    }

    private static string Quote(IEnumerable<string> keys) => string.Join(", ", keys.Select(static key => $"'{key}'"));

    private async Task<SnapshotKvConfigurationWrite> WriteAsync(ConfigurationOrder order, CancellationToken cancellationToken)
    {
        ThrowIfNoVersion(order.ExpectedVersion);
        string? conflictingKey = null;
        for (var tries = 0; tries < MostTries; tries++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var state = ReadState();
            ThrowIfNotExpected(state, order.ExpectedVersion);
            var draft = new ConfigurationDraft(state.Set);
            order.Edit(draft);
            if (!draft.IsChanged)
            {
                return new(state.Head.Revision, state.GetVersion(), []);
            }

            var after = draft.ToData();
            var followers = FindFollowers();
            ThrowIfRefused(followers, after);
            var revision = ToRevision(order, state.Head.Revision + 1, draft.GetChanges(after));
            var writes = draft.GetWrites(KvSerializer.Native(_store.Format));
            var result = await _store.TryCommitAsync(ToBatch(state, writes, revision), cancellationToken).ConfigureAwait(false);
            if (result.IsCommitted)
            {
                Log(revision);
                await PublishAsync(followers, revision.Revision, result.Version, cancellationToken).ConfigureAwait(false);
                return new(revision.Revision, state.GetVersionAfter(revision.Revision, writes), revision.Changes);
            }

            conflictingKey = result.ConflictingKey;
        }

        throw new KvConflictException(conflictingKey!, $"The configuration under '{_prefix}' was changed between each of {MostTries} readings and writings; something writes to it without end.");
    }

    private SnapshotKvConfigurationRevision ToRevision(ConfigurationOrder order, long number, IReadOnlyList<SnapshotKvConfigurationValueChange> changes) =>
        new(number, _timeProvider.GetUtcNow().ToUniversalTime(), order.Author, order.Reason, order.UndoOf, changes) { RestoredFrom = order.RestoredFrom };

    private ConfigurationState ReadState() => ConfigurationState.Read(_store, _prefix, _history);

    /// <summary>All that was read must still be so, not only what is changed: the result was judged as a whole.</summary>
    private KvBatch ToBatch(ConfigurationState state, Dictionary<string, ReadOnlyMemory<byte>?> writes, SnapshotKvConfigurationRevision revision)
    {
        var batch = new KvBatch();
        foreach (var (key, version) in state.EntryVersions)
        {
            batch.RequireVersion(key, version);
        }

        foreach (var (key, value) in writes)
        {
            if (value is not { } written)
            {
                batch.Remove(key);
                continue;
            }

            batch.SetEncoded(key, new ReadOnlySequence<byte>(written));
            if (!state.EntryVersions.ContainsKey(key))
            {
                batch.RequireAbsent(key);
            }
        }

        _history.AddTo(batch, state.Head, revision, _historyLimit);
        return batch;
    }

    private IReadOnlyList<SnapshotKvConfigurationProvider> FindFollowers() => [.. _providers().Where(provider => provider.Serves(_store, _prefix))];

    private static void ThrowIfRefused(IReadOnlyList<SnapshotKvConfigurationProvider> followers, Dictionary<string, string?> after)
    {
        foreach (var follower in followers)
        {
            if (follower.Judge(after) is { } refusal)
            {
                throw refusal;
            }
        }
    }

    /// <summary>Told apart from a conflict, after which a caller reads again and tries again: this one would do so for ever.</summary>
    private static void ThrowIfNoVersion(string? expectedVersion)
    {
        if (expectedVersion is not null && !ConfigurationState.TryGetRevision(expectedVersion, out _))
        {
            throw new ArgumentException($"'{expectedVersion}' is no version of a configuration; give the one that was read, or that a write gave back.", nameof(expectedVersion));
        }
    }

    private void ThrowIfNotExpected(ConfigurationState state, string? expectedVersion)
    {
        if (expectedVersion is null || expectedVersion == state.GetVersion())
        {
            return;
        }

        var keys = new SortedSet<string>(StringComparer.Ordinal);
        // A version comes from outside: one that never was, or is older than what is kept, must not make it look at more than there is.
        _ = ConfigurationState.TryGetRevision(expectedVersion, out var expectedRevision);
        for (var revision = Math.Max(Math.Min(expectedRevision, state.Head.Revision) + 1, state.Head.Oldest); revision <= state.Head.Revision; revision++)
        {
            keys.UnionWith(_history.Find(revision)?.Changes.Select(static change => change.Key) ?? []);
        }

        throw new KvConflictException(string.Create(
            CultureInfo.InvariantCulture,
            $"The configuration under '{_prefix}' is not at version '{expectedVersion}' any more but at '{state.GetVersion()}': {(keys.Count > 0 ? $"{Quote(keys)} changed" : "something was changed around the writer")} since. Read it again."));
    }

    /// <summary>Before anything is read: the store itself would refuse only the commit, and not say what it was for.</summary>
    private void ThrowIfReadOnly()
    {
        if (_store.IsReadOnly)
        {
            throw new NotSupportedException(
                $"The configuration under '{_prefix}' can only be read here: its store follows a directory that another application owns, or is a view of a snapshot. Write through the application that owns the directory.");
        }
    }

    /// <summary>Waits until the disk has the commit, and those who follow have published it.</summary>
    private async Task PublishAsync(IReadOnlyList<SnapshotKvConfigurationProvider> followers, long revision, long version, CancellationToken cancellationToken)
    {
        if (_store is IKvSnapshots snapshots)
        {
            await snapshots.SaveAsync(cancellationToken).ConfigureAwait(false);
        }

        if (followers.Count == 0)
        {
            _logger.ConfigurationNotFollowed(_prefix);
        }

        foreach (var follower in followers)
        {
            if (await follower.CatchUpAsync(version, cancellationToken).ConfigureAwait(false) is { } fault)
            {
                throw new SnapshotKvConfigurationRefusedException(
                    string.Create(CultureInfo.InvariantCulture, $"Revision {revision} was written, but is not published: {(fault is ObjectDisposedException ? "the configuration's own hold on the store was closed before its time." : "what others wrote at the same time cannot be. " + fault.Message)}"),
                    fault);
            }
        }
    }

    private void Log(SnapshotKvConfigurationRevision revision)
    {
        _logger.ConfigurationWritten(revision.Revision, revision.Changes.Count);
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.ConfigurationKeysWritten(revision.Revision, string.Join(", ", revision.Changes.Select(static change => change.Key)));
        }
    }
}
