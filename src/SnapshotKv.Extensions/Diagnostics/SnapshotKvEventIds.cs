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

    public const int ConfigurationPublished = 120;
    public const int ConfigurationKeysChanged = 121;
    public const int ConfigurationRefused = 122;
    public const int ConfigurationUnreadable = 123;
    public const int ConfigurationUnreadableKeys = 124;
    public const int ConfigurationLastGoodUsed = 125;
    public const int ConfigurationLastGoodFailed = 126;
    public const int ConfigurationStoreFailed = 127;
    public const int ConfigurationReloadFailed = 128;
    public const int ConfigurationStoreClosed = 129;
    public const int ConfigurationKeysSkipped = 130;
    public const int ConfigurationSkippedKeys = 131;
    public const int ConfigurationCallbackFailed = 132;
    public const int ConfigurationErrorCallbackFailed = 133;
    public const int ConfigurationWritten = 134;
    public const int ConfigurationKeysWritten = 135;
    public const int ConfigurationNotFollowed = 136;
}
