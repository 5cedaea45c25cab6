using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Blobs;

/// <summary>
/// Who needs which blob: those that live entries refer to, those that only older snapshots may still refer to, and those whose files are written but
/// not yet committed. Decides what may be deleted without looking into any file: a blob is needed by a snapshot S when created ≤ S &lt; retired.
/// </summary>
/// <remarks>
/// <para>Thread-safe. <see cref="Note"/> is called under the commit gate: a lock and a dictionary's operation when a record has a blob, nothing
/// otherwise. What copies (<see cref="ToSnapshot"/>, <see cref="FindDeletable"/>) holds the lock for some nanoseconds a blob.</para>
/// <para>Two things make it err on the side of keeping: an entry that has expired counts until it is swept, and what retires without a commit of its
/// own retires with the number after the last.</para>
/// </remarks>
/// <param name="isKept">False where no file is ever deleted: nothing of commits is noted then.</param>
internal sealed class BlobLedger(bool isKept = true)
{
    /// <summary>How many blobs are dealt with before waiting commits are let in.</summary>
    private const int AtOnce = 256;

    private readonly Lock _gate = new();
    private readonly Dictionary<BlobId, (ulong Created, int References)> _live = [];
    private readonly Dictionary<BlobId, BlobLife> _retired = [];
    private readonly HashSet<BlobId> _inFlight = [];
    private ulong? _heldThrough;
    private int _clearings;

    /// <summary>Makes the ledger of a store that was loaded from a snapshot.</summary>
    /// <param name="told">What the snapshot tells of blobs; nothing when Go or an older version wrote it.</param>
    /// <param name="references">What its entries refer to, once for each entry. They are believed before what is told.</param>
    /// <param name="sequence">The snapshot's number; 0 when it has none.</param>
    public static BlobLedger Load(IEnumerable<SnapshotBlob> told, IEnumerable<BlobId> references, ulong sequence)
    {
        var ledger = new BlobLedger();
        foreach (var blob in told)
        {
            // An entry that expired before the snapshot was made is not in it, and its blob still stands there as live.
            // One that says it was created after the snapshot was tampered with: what is not known counts as long ago, which keeps the file longer.
            var life = new BlobLife(blob.Created > sequence || (blob.Retired != 0 && blob.Created > blob.Retired) ? 0 : blob.Created, blob.Retired == 0 ? sequence + 1 : blob.Retired);
            ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(ledger._retired, new BlobId(blob.Id), out var isRepeated);
            known = isRepeated ? known.Union(life) : life;
        }

        foreach (var id in references)
        {
            var created = ledger._retired.TryGetValue(id, out var life) ? life.Created : 0;
            ledger.Create(id, created);
        }

        return ledger;
    }

    /// <summary>Called before the store is opened, when a damaged file was set aside and may be mended: no blob that was created up to the last number it can have is ever deletable.</summary>
    public void HoldThrough(ulong sequence) => _heldThrough = sequence;

    /// <summary>Called before the first byte of a blob is written: until <see cref="EndFlight"/> nobody deletes its file.</summary>
    public void BeginFlight(BlobId id)
    {
        lock (_gate)
        {
            _inFlight.Add(id);
        }
    }

    /// <summary>Called when the commit that was to refer to the blob was made or given up.</summary>
    /// <returns>Whether a commit did refer to it. If none did, its file is nobody's.</returns>
    public bool EndFlight(BlobId id)
    {
        lock (_gate)
        {
            _inFlight.Remove(id);
            return IsKnown(id);
        }
    }

    /// <summary>Called when the file of a blob that no commit refers to could not be deleted: it is deletable from now on.</summary>
    public void Abandon(BlobId id)
    {
        lock (_gate)
        {
            _inFlight.Remove(id);
            if (!_live.ContainsKey(id))
            {
                _retired.TryAdd(id, BlobLife.Never);
            }
        }
    }

    /// <summary>Called under the commit gate for each record that takes another's place.</summary>
    /// <param name="before">What the key had; null for nothing.</param>
    /// <param name="after">What it has now; null for nothing.</param>
    /// <param name="sequence">The number of the commit; for a removal that is no commit, the number after the last.</param>
    public void Note(Record before, Record after, ulong sequence)
    {
        if (isKept && (HasBlob(before) || HasBlob(after)))
        {
            NoteReferences(before.IsNull ? [] : before.BlobReference, after.IsNull ? [] : after.BlobReference, sequence);
        }
    }

    /// <summary>Called under the commit gate when all entries are removed at once.</summary>
    public void RetireAll(ulong sequence)
    {
        lock (_gate)
        {
            foreach (var (id, blob) in _live)
            {
                _retired[id] = new(blob.Created, sequence);
            }

            _live.Clear();
            Volatile.Write(ref _clearings, _clearings + 1);
        }
    }

    /// <summary>How often everything was retired. What was recalled before the last time is not referred to any more. Changes under the commit gate only.</summary>
    public int Clearings => Volatile.Read(ref _clearings);

    /// <summary>Whether any live entry refers to a blob.</summary>
    public bool HasLive
    {
        get
        {
            lock (_gate)
            {
                return _live.Count > 0;
            }
        }
    }

    /// <summary>
    /// Called before the commit that brings entries of an older snapshot back: from here on their blobs are referred to. What is not known of a blob counts as long ago, since
    /// still older snapshots may have it.
    /// </summary>
    /// <param name="references">What the entries refer to, once for each.</param>
    /// <returns><see cref="Clearings"/>: once that differs, the commit must not come before they are recalled anew.</returns>
    public int Recall(IReadOnlyList<BlobId> references)
    {
        var clearings = Clearings;
        for (var start = 0; start < references.Count; start += AtOnce)
        {
            lock (_gate)
            {
                if (clearings != _clearings)
                {
                    // What was recalled so far was retired with all the rest.
                    (clearings, start) = (_clearings, 0);
                }

                for (var i = start; i < Math.Min(start + AtOnce, references.Count); i++)
                {
                    var known = _retired.TryGetValue(references[i], out var life) && life != BlobLife.Never;
                    Create(references[i], known ? life.Created : 0);
                }
            }
        }

        return clearings;
    }

    /// <summary>
    /// Called after a commit that has replaced many entries at once: these are not referred to by what was replaced any more. Until then they counted as if they were, which only keeps them longer.
    /// </summary>
    /// <param name="references">What the entries referred to, once for each.</param>
    /// <param name="sequence">The number of the commit.</param>
    /// <param name="clearings">What <see cref="Clearings"/> was at the commit, or at the recall that is taken back: what has been retired with everything else must not be counted off again.</param>
    public void Retire(IReadOnlyList<BlobId> references, ulong sequence, int clearings)
    {
        for (var start = 0; start < references.Count; start += AtOnce)
        {
            lock (_gate)
            {
                if (clearings != _clearings)
                {
                    return;
                }

                for (var i = start; i < Math.Min(start + AtOnce, references.Count); i++)
                {
                    Retire(references[i], sequence);
                }
            }
        }
    }

    /// <summary>What a snapshot has to tell: the ledger as it was when the commit of that number was the last. Called after the capture.</summary>
    public IReadOnlyList<SnapshotBlob> ToSnapshot(ulong sequence)
    {
        lock (_gate)
        {
            var blobs = new List<SnapshotBlob>(_live.Count + _retired.Count);
            foreach (var (id, blob) in _live)
            {
                if (blob.Created <= sequence)
                {
                    blobs.Add(new(id.Value, blob.Created, 0));
                }
            }

            foreach (var (id, life) in _retired)
            {
                if (life.Created <= sequence)
                {
                    blobs.Add(new(id.Value, life.Created, life.Retired <= sequence ? life.Retired : 0));
                }
            }

            return blobs;
        }
    }

    /// <summary>The blobs that neither the store nor any retained snapshot needs.</summary>
    /// <param name="retained">The numbers of all snapshots there are, rising; 0 for one that has none.</param>
    /// <param name="keptFrom">The commit from which on a journal is kept, that may lead back to any state since. The highest number for none.</param>
    public IReadOnlyList<BlobId> FindDeletable(ReadOnlySpan<ulong> retained, ulong keptFrom = ulong.MaxValue)
    {
        KeyValuePair<BlobId, BlobLife>[] candidates;
        lock (_gate)
        {
            // Copied, because comparing takes longer, and the gate of commits may be waiting for this lock.
            candidates = [.. _retired];
            foreach (ref var candidate in candidates.AsSpan())
            {
                candidate = _inFlight.Count > 0 && _inFlight.Contains(candidate.Key) ? default : candidate;
            }
        }

        var deletable = new List<BlobId>();
        foreach (var (id, life) in candidates)
        {
            if (id != default && !(life.Created <= _heldThrough) && (life.Retired <= keptFrom || life == BlobLife.Never) && !life.IsSeenBy(retained))
            {
                deletable.Add(id);
            }
        }

        return deletable;
    }

    /// <summary>Whether there is anything that might become deletable.</summary>
    public bool HasRetired
    {
        get
        {
            lock (_gate)
            {
                return _retired.Count > 0;
            }
        }
    }

    /// <summary>Called when the file of a retired blob was deleted.</summary>
    public void Forget(BlobId id)
    {
        lock (_gate)
        {
            _retired.Remove(id);
        }
    }

    /// <summary>Whether the file of a blob is anybody's: a live entry's, an older snapshot's, or a writer's.</summary>
    public bool Knows(BlobId id)
    {
        lock (_gate)
        {
            return _inFlight.Contains(id) || IsKnown(id);
        }
    }

    /// <summary>Enters a blob of which only older snapshots are known to need it, unless it is known already.</summary>
    /// <param name="id">The blob.</param>
    /// <param name="sequence">The number of the last commit, which no snapshot that there is lies behind.</param>
    public void KeepForOlder(BlobId id, ulong sequence)
    {
        lock (_gate)
        {
            if (!_inFlight.Contains(id) && !_live.ContainsKey(id))
            {
                _retired.TryAdd(id, new(0, sequence + 1));
            }
        }
    }

    private static bool HasBlob(Record record) => !record.IsNull && (record.Flags & RecordFlags.Blob) != 0;

    private void NoteReferences(ReadOnlySpan<byte> before, ReadOnlySpan<byte> after, ulong sequence)
    {
        if (before.SequenceEqual(after))
        {
            return;
        }

        lock (_gate)
        {
            // First the new: a blob that goes from one key to another in one commit has lived all the time.
            if (BlobId.TryParse(after, out var created))
            {
                Create(created, sequence);
            }

            if (BlobId.TryParse(before, out var retired))
            {
                Retire(retired, sequence);
            }
        }
    }

    private void Create(BlobId id, ulong sequence)
    {
        ref var blob = ref CollectionsMarshal.GetValueRefOrAddDefault(_live, id, out var isLive);
        if (!isLive)
        {
            blob.Created = _retired.Remove(id, out var life) ? Math.Min(life.Created, sequence) : sequence;
        }

        blob.References++;
    }

    private void Retire(BlobId id, ulong sequence)
    {
        ref var blob = ref CollectionsMarshal.GetValueRefOrNullRef(_live, id);
        if (System.Runtime.CompilerServices.Unsafe.IsNullRef(ref blob))
        {
            // All references of live records are counted, so nobody gets here; if somebody did, this keeps the file as long as any snapshot may need it.
            _retired.TryAdd(id, new(0, sequence));
        }
        else if (--blob.References == 0)
        {
            _retired[id] = new(blob.Created, sequence);
            _live.Remove(id);
        }
    }

    private bool IsKnown(BlobId id) => _live.ContainsKey(id) || _retired.ContainsKey(id);
}
