namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>The event ids of this package's log messages; the engine's own lie below 100. None is ever given another meaning.</summary>
internal static class SnapshotKvEventIds
{
    public const int MemoryOnly = 100;
    public const int LastSaveFailed = 110;
    public const int LastSaveCutShort = 111;
    public const int MaintenanceFailed = 112;
    public const int SettingsPostponed = 113;
    public const int SettingsRefused = 114;
}
