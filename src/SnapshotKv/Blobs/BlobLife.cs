namespace SnapshotKv.Blobs;

/// <summary>Between which commits something referred to a blob.</summary>
/// <param name="Created">The first commit that referred to it; 0 when that is not known.</param>
/// <param name="Retired">The first commit after which nothing did; 0 while something does.</param>
internal readonly record struct BlobLife(ulong Created, ulong Retired)
{
    /// <summary>Of a file that no commit ever referred to: no snapshot has such a number.</summary>
    public static BlobLife Never { get; } = new(ulong.MaxValue, ulong.MaxValue);

    /// <summary>Whether any of some snapshots was made while something referred to the blob.</summary>
    /// <param name="sequences">The numbers of the snapshots, rising.</param>
    public bool IsSeenBy(ReadOnlySpan<ulong> sequences)
    {
        var first = sequences.BinarySearch(Created);
        first = first < 0 ? ~first : first;
        return first < sequences.Length && (Retired == 0 || sequences[first] < Retired);
    }

    /// <summary>A life that covers both: two that disagree are believed in what keeps the blob longer.</summary>
    public BlobLife Union(BlobLife other) =>
        new(Math.Min(Created, other.Created), Retired == 0 || other.Retired == 0 ? 0 : Math.Max(Retired, other.Retired));
}
