using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>Takes a journal without keeping anything of it, to find out what it holds.</summary>
internal sealed class NoJournalSink : IJournalSink
{
    public static NoJournalSink Instance { get; } = new();

    public void Enter(ulong continues)
    {
    }

    public void Apply(in JournalFrame frame, ReadOnlySpan<byte> body)
    {
    }
}
