using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Takes what a snapshot holds while it is read. Called from one thread at a time.</summary>
internal interface ISnapshotSink
{
    /// <summary>Called before the first entry, where the file tells how many there are; a JSON file does not.</summary>
    /// <param name="count">The declared number, cut to what the file's size allows, so that it can be trusted for allocation.</param>
    void Expect(int count);

    /// <summary>Takes an entry. A key that comes again replaces what came before.</summary>
    void Add(Record record);

    /// <summary>
    /// Forgets everything so far: the file turned out to mean something else (v0.2.0 and v0.3.0 both call themselves version 2) and is read again
    /// from its start.
    /// </summary>
    void Restart();
}
