using SnapshotKv.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Hands records over in parts of a given length.</summary>
internal sealed class RecordsInParts(IEnumerable<Record> records, int length = 700) : IRecordSource
{
    private readonly Record[] _records = [.. records];
    private int _taken;

    /// <summary>What is announced, when it is not the truth.</summary>
    public int? AnnouncedCount { get; init; }

    /// <summary>Called before each part.</summary>
    public Action? Asked { get; init; }

    public int Count => AnnouncedCount ?? _records.Length;

    public ReadOnlySpan<Record> Next()
    {
        Asked?.Invoke();
        var part = _records.AsSpan(_taken, Math.Min(length, _records.Length - _taken));
        _taken += part.Length;
        return part;
    }
}
