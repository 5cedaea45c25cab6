using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>What a restore leaves behind before it is committed: the hold on its snapshot, the pin of what undoes it, and the claims of serializers. A restore that fails takes it back.</summary>
/// <remarks>Not thread-safe.</remarks>
/// <param name="history">Where snapshots are held and pinned.</param>
/// <param name="claims">Which serializer wrote where.</param>
/// <param name="file">The snapshot that is restored.</param>
internal sealed class RestoreTraces(SnapshotHistory history, IRestoredClaims claims, SnapshotFile file)
{
    private bool _isHeld;
    private bool _hasAdopted;
    private string? _pinnedAs;

    /// <summary>The restore as it was prepared last.</summary>
    public PreparedRestore? Restore { get; set; }

    /// <summary>Whether claims were taken over and given up again: a snapshot that was saved in between has them.</summary>
    public bool HasGivenUpClaims { get; private set; }

    /// <summary>From here on nothing deletes the snapshot: neither the saves of this restore, nor others.</summary>
    public void Hold() => _isHeld = history.Hold(file.FileName, SnapshotHistory.InProgress);

    /// <summary>Pins what undoes the restore.</summary>
    /// <returns>The name.</returns>
    public string Pin(string before) => _pinnedAs = history.PinBeforeRestore(before);

    /// <summary>Takes over the claims of the snapshot, in place of those of an attempt before.</summary>
    /// <inheritdoc cref="IRestoredClaims.Adopt"/>
    public void Adopt(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded)
    {
        AbandonClaims();

        // Even if it fails in the midst of them.
        _hasAdopted = true;
        claims.Adopt(names, prefix, guarded, file.FileName);
    }

    /// <summary>Nothing was restored. Only once the frame may be in the journal everything stays: what may be committed needs it, and must be possible to undo.</summary>
    public void TakeBack()
    {
        if (Restore?.IsBegun == true)
        {
            return;
        }

        AbandonClaims();
        Unpin();
        if (_isHeld)
        {
            history.AbandonHold(file.FileName);
        }
    }

    private void AbandonClaims()
    {
        if (_hasAdopted)
        {
            HasGivenUpClaims |= claims.Abandon();
            _hasAdopted = false;
        }
    }

    private void Unpin()
    {
        if (_pinnedAs is null)
        {
            return;
        }

        try
        {
            history.Unpin(_pinnedAs);
        }
        catch (KvStoreException)
        {
            // One name more, which makes way for later ones.
        }
    }
}
