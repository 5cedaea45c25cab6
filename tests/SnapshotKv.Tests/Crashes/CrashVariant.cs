using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Crashes;

/// <summary>One way in which a crash can go, and the reopening after it.</summary>
/// <param name="Kind">What the crash takes.</param>
/// <param name="Seed">Which of what was not flushed is lost, where some is.</param>
/// <param name="Recovery">How the store is opened.</param>
/// <param name="Sequel">What happens to the opened store.</param>
internal sealed record CrashVariant(CrashKind Kind, int Seed, KvRecoveryMode Recovery, CrashSequel Sequel)
{
    public bool IsCut => Kind != CrashKind.ProcessKilled;
}
