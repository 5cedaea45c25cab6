using SnapshotKv.Engine;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store;

public sealed class KvClockTests
{
    [Fact]
    public void HasCome_DeadlinesOfEveryKind_AreJudgedByBothClocks()
    {
        foreach (var time in new[] { TimeProvider.System, new ManualTimeProvider() })
        {
            var clock = new KvClock(time);
            var now = clock.Now;
            const long Minute = 60_000_000_000;

            clock.HasCome(0).ShouldBeFalse();
            clock.HasCome(now + Minute).ShouldBeFalse();
            clock.HasCome(now - Minute).ShouldBeTrue();
            clock.HasCome(now).ShouldBeTrue();
            clock.HasCome(1).ShouldBeTrue();
            clock.HasCome(-1).ShouldBeTrue();
            clock.HasCome(long.MinValue).ShouldBeTrue();
            clock.HasCome(long.MaxValue).ShouldBeFalse();
        }
    }

    [Fact]
    public void HasCome_InjectedClock_IsAskedEachTime()
    {
        var time = new ManualTimeProvider();
        var clock = new KvClock(time);
        var deadline = clock.Now + 100;
        clock.HasCome(deadline).ShouldBeFalse();

        time.Advance(TimeSpan.FromTicks(1));

        clock.HasCome(deadline).ShouldBeTrue();
    }

    [Fact]
    public void HasCome_SystemClock_TellsATimeNearTheRealOne()
    {
        var clock = new KvClock(TimeProvider.System);
        var before = clock.Now;
        clock.HasCome(long.MaxValue, out var rough);
        var after = clock.Now;

        rough.ShouldBeInRange(before - 100_000_000, after + 100_000_000);
    }

    [Fact]
    public void FromDateTimeOffset_BeyondSixtyFourBits_IsTheLastInstant()
    {
        KvClock.FromDateTimeOffset(DateTimeOffset.MaxValue).ShouldBe(long.MaxValue);
        KvClock.FromDateTimeOffset(DateTimeOffset.MinValue).ShouldBe(long.MinValue);
        KvClock.FromDateTimeOffset(DateTimeOffset.UnixEpoch).ShouldBe(0);
    }
}
