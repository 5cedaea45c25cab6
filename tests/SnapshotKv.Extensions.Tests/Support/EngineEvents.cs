namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>Event ids of the engine that tests wait for. They are public facts, so they are written out here.</summary>
internal static class EngineEvents
{
    public const int StoreOpened = 1;
    public const int StoreClosed = 2;
    public const int SnapshotSaved = 10;
    public const int SnapshotSaveFailed = 11;
}
