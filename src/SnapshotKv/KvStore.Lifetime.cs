using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>Saving, the background work, and closing.</content>
public sealed partial class KvStore
{
    // Never disposed: it owns nothing while nobody asks for its wait handle, and a late second disposal must find it.
    [SuppressMessage("Usage", "CA2213:Disposable fields should be disposed", Justification = "See above.")]
    private readonly SemaphoreSlim _closing = new(1, 1);
    private EventHandler? _onProcessExit;
    private bool _isClosed;

    /// <summary>Returns when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <remarks>Uses all cores. Reads and writes go on meanwhile. Calls made at the same time share a snapshot.</remarks>
    /// <exception cref="KvStoreUnavailableException">The disk refused; memory and the earlier snapshots are untouched.</exception>
    public SnapshotInfo? Save()
    {
        Engine.ThrowIfClosed();
        return _directory?.Checkpointer!.Save(Environment.ProcessorCount, CancellationToken.None);
    }

    /// <summary>Completes when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <param name="cancellationToken">Gives up a save that is not finished, which leaves no trace.</param>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <inheritdoc cref="Save"/>
    public async Task<SnapshotInfo?> SaveAsync(CancellationToken cancellationToken = default)
    {
        Engine.ThrowIfClosed();
        cancellationToken.ThrowIfCancellationRequested();
        return _directory is null
            ? null
            : await _directory.Checkpointer!.SaveAsync(Environment.ProcessorCount, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The snapshots in the store's directory, newest first.</summary>
    /// <returns>The snapshots; none in memory-only mode.</returns>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    public IReadOnlyList<SnapshotInfo> ListSnapshots()
    {
        Engine.ThrowIfClosed();
        try
        {
            return _directory?.Catalog.List().Candidates.Select(file => file.ToInfo()).ToList() ?? [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshots in '{_directory!.Path}' cannot be listed: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Does the store's background work, timed saves and the sweep of expired entries, on the caller's task until it is cancelled. A host calls it so
    /// that the work begins and ends with the host; before, after and without it the store does the same work itself.
    /// </summary>
    /// <param name="cancellationToken">Ends it; work that has begun is finished.</param>
    /// <returns>A task that completes once it was cancelled.</returns>
    /// <exception cref="InvalidOperationException">Another caller does it already.</exception>
    public Task RunMaintenanceAsync(CancellationToken cancellationToken)
    {
        Engine.ThrowIfClosed();
        return _maintenance.RunAsync(cancellationToken);
    }

    /// <summary>
    /// Closes the store: lets no more operations in, saves what is not saved, and lets go of the directory. Once more does nothing, but waits for the
    /// closing that is under way.
    /// </summary>
    /// <exception cref="KvStoreUnavailableException">The last save failed. The store is closed nevertheless, and what was not saved is lost.</exception>
    public void Dispose()
    {
        Engine.Close();
        _closing.Wait();
        try
        {
            if (BeginClosing() is { } directory)
            {
                using (directory)
                {
                    directory.Checkpointer!.SaveLast(Environment.ProcessorCount);
                }

                _logger.StoreClosed(directory.Path);
            }
        }
        finally
        {
            EndClosing();
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
            if (BeginClosing() is { } directory)
            {
                using (directory)
                {
                    await directory.Checkpointer!.SaveLastAsync(Environment.ProcessorCount).ConfigureAwait(false);
                }

                _logger.StoreClosed(directory.Path);
            }
        }
        finally
        {
            EndClosing();
        }
    }

    /// <summary>The directory that is still to be closed; null in memory-only mode and when it was closed before.</summary>
    private OpenDirectory? BeginClosing()
    {
        _maintenance.Dispose();
        var directory = _isClosed ? null : _directory;
        _isClosed = true;
        return directory;
    }

    /// <summary>Only now, when the last save has ended, may the process end without waiting for it.</summary>
    private void EndClosing()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onProcessExit;
        Engine.Metrics.Dispose();
        _closing.Release();
    }

    /// <summary>
    /// A program that returns from its main method, or calls <see cref="Environment.Exit"/>, without disposing the store still keeps what it wrote. A signal
    /// that nobody handles ends the process without this; in a host the host handles it.
    /// </summary>
    private void SaveAtProcessExit()
    {
        if (_directory is null)
        {
            return;
        }

        _onProcessExit = (_, _) => SaveLast();
        AppDomain.CurrentDomain.ProcessExit += _onProcessExit;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An exception out of this handler would hide how the process really ended.")]
    private void SaveLast()
    {
        try
        {
            Dispose();
        }
        catch (Exception exception)
        {
            _logger.SnapshotSaveFailed(exception, 1, Timeout.InfiniteTimeSpan);
        }
    }
}
