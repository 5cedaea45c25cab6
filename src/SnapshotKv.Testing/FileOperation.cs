using System.Globalization;

namespace SnapshotKv.Testing;

/// <summary>One operation on a file system.</summary>
/// <param name="Number">Which one it is, counted from 1 in the order in which they began.</param>
/// <param name="Kind">What is done.</param>
/// <param name="Path">The file or directory it is done to.</param>
/// <param name="Destination">The new name, of a <see cref="FileOperationKind.Rename"/> only.</param>
/// <param name="Offset">
/// Where in the file, of <see cref="FileOperationKind.Read"/>, <see cref="FileOperationKind.Write"/>, <see cref="FileOperationKind.Store"/> and <see cref="FileOperationKind.Publish"/> only.
/// </param>
/// <param name="Count">How many bytes, of the same.</param>
internal sealed record FileOperation(int Number, FileOperationKind Kind, string Path, string? Destination = null, long Offset = 0, int Count = 0)
{
    /// <summary>Whether it changes what is on the disk or how durable that is; the others only look.</summary>
    public bool IsChange => Kind
        is FileOperationKind.CreateDirectory or FileOperationKind.CreateNew or FileOperationKind.Write or FileOperationKind.Flush or FileOperationKind.FlushData
        or FileOperationKind.Store or FileOperationKind.Publish or FileOperationKind.Rename or FileOperationKind.Delete or FileOperationKind.FlushDirectory or FileOperationKind.Lock;

    /// <summary>Whether a disk can refuse it: what is stored into memory is only stored.</summary>
    public bool CanFail => Kind is not (FileOperationKind.Store or FileOperationKind.Publish);

    /// <summary>A line for a trace, for instance <c>12 Rename /data/a.tmp -> /data/a</c>.</summary>
    public override string ToString()
    {
        var rest = Kind switch
        {
            FileOperationKind.Rename => $" -> {Destination}",
            FileOperationKind.Read or FileOperationKind.Write or FileOperationKind.Store or FileOperationKind.Publish =>
                string.Create(CultureInfo.InvariantCulture, $" {Offset}+{Count}"),
            _ => "",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{Number} {Kind} {Path}{rest}");
    }
}
