namespace SnapshotKv.Tests.Crashes;

/// <summary>What happens to a store that was opened after a crash, once it was written to.</summary>
internal enum CrashSequel
{
    /// <summary>It is closed.</summary>
    Close,

    /// <summary>The process ends.</summary>
    Kill,

    /// <summary>The power fails, after a last write that waited for the device.</summary>
    Cut,
}
