namespace SnapshotKv.Tests.Crashes;

/// <summary>Which states may be found after a crash at some moment, by their places in the order of commits.</summary>
/// <param name="Killed">The least after the end of the process.</param>
/// <param name="Cut">The least after the end of the machine.</param>
/// <param name="Newest">The newest that can be: that of the commit that has begun.</param>
/// <param name="HighestNumber">The highest sequence number that anybody has seen.</param>
internal readonly record struct CrashFloors(int Killed, int Cut, int Newest, ulong HighestNumber);
