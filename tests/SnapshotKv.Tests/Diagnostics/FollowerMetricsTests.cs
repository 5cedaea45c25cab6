using SnapshotKv.Tests.Following;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>What a follower reports through the meter.</summary>
public sealed class FollowerMetricsTests : IDisposable
{
    private readonly FollowerHome _home = new();
    private readonly TestMeterFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void Follower_ReportsHowFarItIs_AndItsOwnerDoesNot()
    {
        using var owner = _home.OpenOwner(options => (options.MeterFactory, options.Name) = (_factory, "owner"));
        using var follower = _home.Follow(options => (options.MeterFactory, options.Name) = (_factory, "follower"));
        owner.Set("a", 1);
        owner.Set("b", 1);
        follower.FollowNow();
        Ask(SnapshotKvDiagnostics.FollowerCommits).ShouldBe(2);
        Ask(SnapshotKvDiagnostics.FollowerLag).ShouldBe(0);
        Ask(SnapshotKvDiagnostics.FollowerReloads).ShouldBe(0);
        Ask(SnapshotKvDiagnostics.FollowerTroubled).ShouldBe(0);

        _home.Disk.Inner.DeleteTree(Store.StoreHome.Path);
        _home.Clock.Advance(TimeSpan.FromSeconds(7));
        Ask(SnapshotKvDiagnostics.FollowerLag).ShouldBe(7);
        Ask(SnapshotKvDiagnostics.FollowerTroubled).ShouldBe(1);

        var again = new FollowerHome();
        _home.Disk.Inner = again.Owner.Disk;
        using var next = again.OpenOwner(options => options.TimeProvider = _home.Clock);
        next.Set("c", 1);
        next.Save();
        _home.Clock.Advance(TimeSpan.FromSeconds(2));
        Ask(SnapshotKvDiagnostics.FollowerLag).ShouldBe(0);
        Ask(SnapshotKvDiagnostics.FollowerReloads).ShouldBe(1);
        Ask(SnapshotKvDiagnostics.FollowerTroubled).ShouldBe(0);
        Ask(SnapshotKvDiagnostics.FollowerCommits).ShouldBe(2, "what is read anew is not counted commit by commit");
    }

    private double Ask(string instrument)
    {
        var measurement = _factory.Measurements.Ask(instrument).ShouldHaveSingleItem();
        measurement.TagLine.ShouldBe("snapshotkv.store=follower");
        return measurement.Value;
    }
}
