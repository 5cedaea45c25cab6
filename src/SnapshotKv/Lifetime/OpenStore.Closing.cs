using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;

namespace SnapshotKv.Lifetime;

/// <content>The end of a store.</content>
internal sealed partial class OpenStore
{
    private readonly SemaphoreSlim _closing = new(1, 1);
    private EventHandler? _onProcessExit;
    private bool _isClosed;

    /// <summary>
    /// Lets no more operations in, saves what is not saved, and lets go of the directory. Once more does nothing, but waits for the closing that is under way.
    /// </summary>
    /// <exception cref="KvStoreUnavailableException">The last save failed. The store is closed nevertheless, and what was not saved is lost.</exception>
    public void Close()
    {
        LetNobodyIn();
        Restorer?.Close();
        _closing.Wait();
        try
        {
            if (BeginClosing() is { } directory)
            {
                using (directory)
                {
                    try
                    {
                        directory.Checkpointer!.SaveLast(Environment.ProcessorCount);
                    }
                    catch
                    {
                        CloseJournalAfterFailure(directory);
                        throw;
                    }

                    CloseJournal(directory);
                }

                _services.Logger.StoreClosed(directory.Path);
            }
        }
        finally
        {
            EndClosing();
        }
    }

    /// <inheritdoc cref="Close"/>
    public async Task CloseAsync()
    {
        LetNobodyIn();
        if (Restorer is not null)
        {
            await Restorer.CloseAsync().ConfigureAwait(false);
        }

        await _closing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (BeginClosing() is { } directory)
            {
                using (directory)
                {
                    try
                    {
                        await directory.Checkpointer!.SaveLastAsync(Environment.ProcessorCount).ConfigureAwait(false);
                    }
                    catch
                    {
                        CloseJournalAfterFailure(directory);
                        throw;
                    }

                    CloseJournal(directory);
                }

                _services.Logger.StoreClosed(directory.Path);
            }
        }
        finally
        {
            EndClosing();
        }
    }

    /// <summary>Saves for somebody who leaves a store that others keep open. Nothing is lost when it fails: the others' next save is tried again anyway.</summary>
    public async Task SaveForLeavingAsync()
    {
        if (Directory?.Checkpointer is not { IsDirty: true } checkpointer)
        {
            return;
        }

        try
        {
            await checkpointer.SaveAsync(Environment.ProcessorCount, KvSaveReason.Closing, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KvStoreException or ObjectDisposedException)
        {
            _services.Logger.SaveForLeavingFailed(exception);
        }
    }

    /// <inheritdoc cref="SaveForLeavingAsync"/>
    public void SaveForLeaving()
    {
        if (Directory?.Checkpointer is not { IsDirty: true } checkpointer)
        {
            return;
        }

        try
        {
            checkpointer.Save(Environment.ProcessorCount, KvSaveReason.Closing, CancellationToken.None);
        }
        catch (Exception exception) when (exception is KvStoreException or ObjectDisposedException)
        {
            _services.Logger.SaveForLeavingFailed(exception);
        }
    }

    /// <summary>After the last save.</summary>
    private void CloseJournal(OpenDirectory directory) => _journal?.Close(directory.Checkpointer!.SavedSequence);

    /// <summary>After a last save that failed: the journal is what is left of the store's last changes, and is flushed. Why the save failed is what the closing is to say, whatever becomes of the flush.</summary>
    private void CloseJournalAfterFailure(OpenDirectory directory)
    {
        try
        {
            CloseJournal(directory);
        }
        catch (KvStoreFaultedException)
        {
            // The log has it since the fault.
        }
    }

    /// <summary>Nobody was let in: there is nothing to save. The directory is left to who opened it.</summary>
    private void Abandon()
    {
        LetNobodyIn();
        _pipeline.Feed.End();
        Maintenance.Dispose();
        _isClosed = true;
        AppDomain.CurrentDomain.ProcessExit -= _onProcessExit;
    }

    private void LetNobodyIn()
    {
        _pipeline.Close();
        _pipeline.Feed.Complete();
    }

    /// <summary>The directory that is still to be closed; null in memory-only mode and when it was closed before.</summary>
    private OpenDirectory? BeginClosing()
    {
        Maintenance.Dispose();
        CloseFollower();
        var directory = _isClosed ? null : Directory;
        _isClosed = true;
        return directory;
    }

    /// <summary>Only now, when the last save has ended, may the process end without waiting for it.</summary>
    private void EndClosing()
    {
        AppDomain.CurrentDomain.ProcessExit -= _onProcessExit;
        _pipeline.Feed.End();
        _services.Metrics.Dispose();
        _closing.Release();
    }

    /// <summary>
    /// A program that returns from its main method, or calls <see cref="Environment.Exit"/>, without disposing the store still keeps what it wrote. A signal
    /// that nobody handles ends the process without this; in a host the host handles it.
    /// </summary>
    private void CloseAtProcessExit()
    {
        if (Directory is null)
        {
            return;
        }

        _onProcessExit = (_, _) => CloseQuietly();
        AppDomain.CurrentDomain.ProcessExit += _onProcessExit;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An exception out of this handler would hide how the process really ended.")]
    private void CloseQuietly()
    {
        try
        {
            Close();
        }
        catch (Exception exception)
        {
            _services.Logger.SnapshotSaveFailed(exception, 1, Timeout.InfiniteTimeSpan);
        }
    }
}
