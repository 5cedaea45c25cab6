using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>The entries of a snapshot that is being written, each key once, handed over part by part.</summary>
internal interface IRecordSource
{
    /// <summary>How many entries there are, altogether.</summary>
    int Count { get; }

    /// <summary>The next entries, in no order, valid until the next call; none at the end.</summary>
    ReadOnlySpan<Record> Next();
}
