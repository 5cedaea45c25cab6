using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// What versions records have: each the number of its commit. Those that a file brought without one have that of the opening. Those that a restore brought are made before the restore has its
/// number, and bear a mark instead; what number it stands for is noted before they are put in. So the version of a record never changes, and can be told by whoever has found it.
/// </summary>
/// <param name="opening">The version of what has neither number nor mark.</param>
/// <remarks>Thread-safe, but for <see cref="Settle"/>, which is for whoever holds the commit gate.</remarks>
internal sealed class RecordVersions(ulong opening)
{
    /// <summary>The numbers of the restores so far. Replaced by a longer one at each.</summary>
    private ulong[] _restores = [];

    /// <summary>The mark for what the next restore brings, in the place of the number. One restore is prepared at a time; what one has marked that was not committed, nobody has seen.</summary>
    public ulong NextMark => Record.RestoreMark | (uint)Volatile.Read(ref _restores).Length;

    /// <summary>The version of a record.</summary>
    public long Of(Record record)
    {
        var sequence = record.Sequence;
        return (long)(sequence == 0 ? opening : (sequence & Record.RestoreMark) == 0 ? sequence : Settled(sequence));
    }

    /// <summary>Marks what a whole state, which nobody sees yet, brings without numbers.</summary>
    public void Mark(RecordTable table)
    {
        var mark = NextMark;
        foreach (var record in table.EnumerateRecords())
        {
            if (record.Sequence == 0)
            {
                record.SetSequence(mark);
            }
        }
    }

    /// <summary>Gate: the restore whose records bear <see cref="NextMark"/> has this number. Before anybody can find them.</summary>
    public void Settle(ulong number) => Volatile.Write(ref _restores, [.. _restores, number]);

    private ulong Settled(ulong mark) => Volatile.Read(ref _restores)[(int)(mark & ~Record.RestoreMark)];
}
