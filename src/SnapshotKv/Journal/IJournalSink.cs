using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>Takes what a journal holds, in order. Called from one thread.</summary>
internal interface IJournalSink
{
    /// <summary>An opening begins whose commits and notes follow.</summary>
    /// <param name="continues">The last commit of the state that it found.</param>
    void Enter(ulong continues);

    /// <summary>Takes a frame, whole or not at all.</summary>
    /// <param name="frame">The header.</param>
    /// <param name="body">The body; the caller's again afterwards.</param>
    /// <exception cref="JournalDamageException">The checksum is right, but this is nothing that was ever written. Nothing was taken.</exception>
    void Apply(in JournalFrame frame, ReadOnlySpan<byte> body);
}
