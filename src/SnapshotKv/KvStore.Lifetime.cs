using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Lifetime;

namespace SnapshotKv;

/// <content>Saving, the background work, and closing.</content>
public sealed partial class KvStore
{
    // Never disposed: it owns nothing while nobody asks for its wait handle, and a late second disposal must find it.
    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "See above.")]
    private readonly SemaphoreSlim _closing = new(1, 1);
    private bool _isClosed;

    /// <inheritdoc/>
    public SnapshotInfo? Save()
    {
        Engine.ThrowIfNotWritable();
        return _store.Directory is null ? null : _store.Archive!.WithNames(_store.Directory.Checkpointer!.Save(Environment.ProcessorCount, KvSaveReason.Requested, CancellationToken.None));
    }

    /// <inheritdoc/>
    public async Task<SnapshotInfo?> SaveAsync(CancellationToken cancellationToken = default)
    {
        Engine.ThrowIfNotWritable();
        cancellationToken.ThrowIfCancellationRequested();
        return _store.Directory is null
            ? null
            : _store.Archive!.WithNames(await _store.Directory.Checkpointer!.SaveAsync(Environment.ProcessorCount, KvSaveReason.Requested, cancellationToken).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public IDisposable WatchSnapshots(string prefix, Action<KvSnapshotContents> saved)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        ArgumentNullException.ThrowIfNull(saved);
        return Engine.WatchSnapshots(RecordBuilder.KeyBytes(KvKeyPrefix.None, prefix), saved);
    }

    /// <summary>
    /// Takes over, while the store is open, <see cref="SnapshotKvOptions.MaxSnapshots"/>, <see cref="SnapshotKvOptions.KeepHourly"/>,
    /// <see cref="SnapshotKvOptions.KeepDaily"/>, <see cref="SnapshotKvOptions.SaveDebounce"/>,
    /// <see cref="SnapshotKvOptions.TtlCleanupInterval"/>, <see cref="SnapshotKvOptions.Compression"/>, <see cref="SnapshotKvOptions.FlushInterval"/>,
    /// <see cref="SnapshotKvOptions.MaxJournalBytes"/> and <see cref="SnapshotKvOptions.MaxValueBytes"/>; and
    /// clock, log, meter and name. What is not set goes back to its default, unless another handle sets it.
    /// </summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <returns>The names of those among the other settings that differ, and count only once the store is opened again; empty when there are none.</returns>
    /// <exception cref="ArgumentException">Settings are out of range; all of them are named, and nothing has changed.</exception>
    /// <exception cref="KvStoreSettingsException">Another handle on the store says otherwise; nothing has changed.</exception>
    public IReadOnlyList<string> Reconfigure(SnapshotKvOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Engine.ThrowIfClosed();
        ThrowIfOutOfRange(options);
        return _store.Reconfigure(_handle, options);
    }

    /// <summary>
    /// Does the store's background work, timed saves and the sweep of expired entries, on the caller's task until it is cancelled. A host calls it so
    /// that the work begins and ends with the host; before, after and without it the store does the same work itself. While another caller does it,
    /// it waits for its turn.
    /// </summary>
    /// <param name="cancellationToken">Ends it; work that has begun is finished.</param>
    /// <returns>A task that completes once it was cancelled.</returns>
    public Task RunMaintenanceAsync(CancellationToken cancellationToken)
    {
        Engine.ThrowIfClosed();
        return _store.Maintenance.RunAsync(cancellationToken);
    }

    /// <summary>
    /// Closes the store: lets no more operations in, saves what is not saved, and lets go of the directory, unless others have the store open by handles of
    /// their own (<see cref="OpenShared(SnapshotKvOptions, string)"/>). Once more does nothing, but waits for the closing that is under way.
    /// </summary>
    /// <exception cref="KvStoreUnavailableException">
    /// The last save failed. The store is closed nevertheless, and what was not saved is lost. Not thrown while others have it open, whose saves follow.
    /// </exception>
    public void Dispose()
    {
        Engine.Close();
        _closing.Wait();
        try
        {
            if (!_isClosed)
            {
                _isClosed = true;
                Release();
            }
        }
        finally
        {
            _closing.Release();
        }
    }

    /// <inheritdoc cref="Dispose"/>
    /// <returns>A task that completes when the store is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        Engine.Close();
        await _closing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (!_isClosed)
            {
                _isClosed = true;
                await ReleaseAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _closing.Release();
        }
    }

    private void Release()
    {
        if (_store.Location is not { } location)
        {
            _store.Close();
            return;
        }

        if (_store.IsHeldByOthers(_handle))
        {
            _store.SaveForLeaving();
        }

        SharedStores.Release(_store, location, _handle);
    }

    private async Task ReleaseAsync()
    {
        if (_store.Location is not { } location)
        {
            await _store.CloseAsync().ConfigureAwait(false);
            return;
        }

        if (_store.IsHeldByOthers(_handle))
        {
            await _store.SaveForLeavingAsync().ConfigureAwait(false);
        }

        await SharedStores.ReleaseAsync(_store, location, _handle).ConfigureAwait(false);
    }
}
