namespace SnapshotKv.Journal;

/// <summary>What a <see cref="SegmentReader"/> found where the next frame would begin.</summary>
internal enum FrameReading
{
    /// <summary>A frame, as it was written.</summary>
    Frame,

    /// <summary>Zeros, or no room: the frames end here, unless something lies behind.</summary>
    Nothing,

    /// <summary>Bytes that are no whole frame.</summary>
    Bad,
}
