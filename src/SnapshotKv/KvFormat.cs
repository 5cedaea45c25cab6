namespace SnapshotKv;

/// <summary>The format of a store's snapshots and, with it, of the values in them.</summary>
public enum KvFormat
{
    /// <summary>MessagePack: compact, keeps integer widths, bytes and instants apart from text.</summary>
    MessagePack,

    /// <summary>JSON: readable in an editor when <see cref="SnapshotKvOptions.Compression"/> is <see cref="KvCompression.None"/>.</summary>
    Json,
}
