namespace SnapshotKv.KillTarget.Script;

/// <summary>How an entry was told to expire; never within a test.</summary>
internal enum ScriptLife
{
    Unlimited,
    Absolute,
    Sliding,
}
