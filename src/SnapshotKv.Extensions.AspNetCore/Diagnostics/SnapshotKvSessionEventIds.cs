namespace SnapshotKv.Extensions.AspNetCore.Diagnostics;

/// <summary>The event ids of the sessions' log messages, 140 to 159 of the adapters'. None is ever given another meaning.</summary>
internal static class SnapshotKvSessionEventIds
{
    public const int LoadFailed = 140;
    public const int LoadTimedOut = 141;
    public const int Unreadable = 142;
    public const int Missing = 143;
    public const int Started = 144;
    public const int Stored = 145;
    public const int Ended = 146;
    public const int CommitFailed = 147;
    public const int CommitTimedOut = 148;
    public const int Revoked = 149;
}
