using System.Globalization;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>Makes room in a journal that has reached its limit: drops what snapshots hold, and where that is not enough saves one. Outside of the commit gate.</summary>
/// <remarks>Thread-safe; writers who need room at the same time share one save.</remarks>
internal sealed class JournalRoom(JournalWriter journal, Checkpointer checkpointer, SnapshotKvOptions settings)
{
    /// <summary>Others may take the room that was made; whoever finds it taken so often is refused.</summary>
    private const int MostAttempts = 16;

    /// <summary>Makes room, waiting for the disk.</summary>
    /// <param name="attempt">How often the caller has tried before.</param>
    /// <exception cref="KvStoreUnavailableException">The snapshot that would make room cannot be saved.</exception>
    /// <exception cref="KvStoreFaultedException">The device has failed.</exception>
    public void Make(int attempt)
    {
        ThrowIfTooOften(attempt);
        try
        {
            // The first time what earlier snapshots hold may be enough.
            if (attempt > 0)
            {
                checkpointer.Save(Environment.ProcessorCount, CancellationToken.None);
            }

            journal.DropCovered(checkpointer.SavedSequence);
        }
        catch (KvStoreUnavailableException exception)
        {
            throw Full(exception);
        }
    }

    /// <inheritdoc cref="Make"/>
    /// <returns>A task that completes when there may be room.</returns>
    public async ValueTask MakeAsync(int attempt)
    {
        ThrowIfTooOften(attempt);
        try
        {
            if (attempt > 0)
            {
                await checkpointer.SaveAsync(Environment.ProcessorCount, CancellationToken.None).ConfigureAwait(false);
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
