namespace SnapshotKv.KillTarget.Script;

/// <summary>A blob as a script leaves it.</summary>
/// <param name="Stamp">Tells it from all others.</param>
/// <param name="Length">Its bytes.</param>
internal sealed record ScriptBlob(int Stamp, int Length)
{
    public byte[] Content => ScriptEntry.Bytes(Stamp, Length);
}
