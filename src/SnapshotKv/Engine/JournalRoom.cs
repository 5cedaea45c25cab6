using System.Globalization;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>Makes room in a journal that has reached its limit: drops what snapshots hold, and where that is not enough saves one. Outside of the commit gate.</summary>
/// <remarks>Thread-safe; one for all handles of a store. Writers who need room at the same time share one save, be it that it succeeds or fails.</remarks>
internal sealed class JournalRoom(JournalWriter journal, Checkpointer checkpointer, SnapshotKvOptions settings)
{
    /// <summary>Others may take the room that was made; whoever finds it taken so often is refused.</summary>
    private const int MostAttempts = 16;

    /// <summary>After a save has failed, writers are refused for so long before one of them tries again: each save encodes the whole store.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Makes room, waiting for the disk.</summary>
    /// <param name="attempt">How often the caller has tried before.</param>
    /// <param name="announcing">Is handed the telling of those who watch snapshots, by a caller whom others wait for: what they do may wait for him. Null: they are told before this returns.</param>
    /// <exception cref="KvStoreUnavailableException">The snapshot that would make room cannot be saved.</exception>
    /// <exception cref="KvStoreFaultedException">The device has failed.</exception>
    public void Make(int attempt, Action<Action>? announcing = null)
    {
        ThrowIfTooOften(attempt);
        try
        {
            // The first time what earlier snapshots hold may be enough.
            if (attempt > 0)
            {
                var known = checkpointer.Failed;
                ThrowIfJustFailed(known);
                checkpointer.SaveOrShareFailure(Environment.ProcessorCount, known, announcing);
            }

            journal.DropCovered(checkpointer.SavedSequence);
        }
        catch (KvStoreUnavailableException exception)
        {
            throw Full(exception);
        }
    }

    /// <summary>Makes room, as <see cref="Make"/> does.</summary>
    /// <param name="attempt">How often the caller has tried before.</param>
    /// <returns>A task that completes when there may be room.</returns>
    public async ValueTask MakeAsync(int attempt)
    {
        ThrowIfTooOften(attempt);
        try
        {
            if (attempt > 0)
            {
                var known = checkpointer.Failed;
                ThrowIfJustFailed(known);
                await checkpointer.SaveOrShareFailureAsync(Environment.ProcessorCount, known).ConfigureAwait(false);
            }

            await Task.Run(() => journal.DropCovered(checkpointer.SavedSequence)).ConfigureAwait(false);
        }
        catch (KvStoreUnavailableException exception)
        {
            throw Full(exception);
        }
    }

    private void ThrowIfTooOften(int attempt)
    {
        if (attempt >= MostAttempts)
        {
            throw Full(null);
        }
    }

    private void ThrowIfJustFailed(FailedSave? failed)
    {
        if (failed is not null && settings.TimeProvider.GetElapsedTime(failed.At) < RetryAfter)
        {
            throw failed.Cause;
        }
    }

    private KvStoreUnavailableException Full(KvStoreUnavailableException? cause)
    {
        var refusal = new KvStoreUnavailableException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"The write was refused, because the journal has reached {nameof(SnapshotKvOptions.MaxJournalBytes)} ({settings.MaxJournalBytes} bytes) and no snapshot could make room: ")
                + (cause?.Message ?? "others took it as fast as it was made. Raise the limit.")
                + " Nothing was changed by the write, and reads go on.",
            cause);
        journal.NoteFull(refusal);
        return refusal;
    }
}
