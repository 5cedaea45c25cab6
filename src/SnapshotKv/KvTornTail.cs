namespace SnapshotKv;

/// <summary>Where a crash cut off the journal.</summary>
/// <param name="FileName">The segment in which it ends.</param>
/// <param name="Offset">Where in it, in bytes.</param>
/// <param name="Bytes">How many bytes from there on are not zero, up to the last that is not.</param>
/// <param name="Frames">How many whole commits and notes lie behind it, in this segment and later ones; they have lost what came before them, and are not in the store.</param>
public sealed record KvTornTail(string FileName, long Offset, long Bytes, long Frames);
