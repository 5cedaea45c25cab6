namespace SnapshotKv.Format;

/// <summary>
/// The body of a frame whose checksum is right and which nevertheless is not what this library writes. The code that parses bodies throws it without knowing
/// the file; the reader turns it into damage of that file at that frame.
/// </summary>
internal sealed class JournalDamageException(string reason) : Exception(reason);
