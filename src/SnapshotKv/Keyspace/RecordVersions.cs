using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// What versions records have: each the number of its commit, and those that a file brought without one, or that were restored, all the same base. A restore raises the base, after it has
/// put its entries into the table. So whoever asks for this <em>before</em> he looks for a record may take a version for it that is too old, and conflicts with nobody's
/// doing; never one of another entry, which would let him overwrite what he has not seen.
/// </summary>
/// <param name="Base">The version of a record without a number.</param>
internal readonly record struct RecordVersions(ulong Base)
{
    /// <summary>The version of a record that was looked for afterwards.</summary>
    public long Of(Record record) => (long)(record.Sequence == 0 ? Base : record.Sequence);
}
