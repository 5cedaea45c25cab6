using System.Globalization;

namespace SnapshotKv.Snapshots;

/// <summary>A snapshot expands to more than <see cref="SnapshotKvOptions.MaxSnapshotBytes"/>. Apart from damage, so that nobody sets a good file aside for it.</summary>
internal sealed class SnapshotTooLargeException : KvStoreCorruptedException
{
    public SnapshotTooLargeException(long maxSnapshotBytes) => MaxSnapshotBytes = maxSnapshotBytes;

    public SnapshotTooLargeException(string file, SnapshotTooLargeException innerException)
        : base(file, null, Describe(innerException.MaxSnapshotBytes), innerException) => MaxSnapshotBytes = innerException.MaxSnapshotBytes;

    public long MaxSnapshotBytes { get; }

    private static string Describe(long limit) => string.Create(
        CultureInfo.InvariantCulture,
        $"it holds more than {limit} bytes once decompressed, which {nameof(SnapshotKvOptions)}.{nameof(SnapshotKvOptions.MaxSnapshotBytes)} does not allow. Raise that setting if the file is to be trusted.");
}
