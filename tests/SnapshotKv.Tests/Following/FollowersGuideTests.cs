using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Following;

/// <summary>The code of docs/guides/followers.md.</summary>
public sealed class FollowersGuideTests
{
    [Fact]
    public void Guide_OpensAFollowerAndAsksHowFarItIs()
    {
        using var home = new TemporaryDirectory();
        var path = home.Path;
        using var owner = KvStore.Open(path);
        owner.Set("Feature", "on");

        // begin open
        using var follower = KvStore.Open(new SnapshotKvOptions { Path = path, Mode = KvStoreMode.Follower });
        follower.TryGet<string>("Feature", out var feature);
        // end open

        // begin status
        KvFollowerStatus status = follower.Follower!;
        Console.WriteLine($"commit {status.Version}, at most {status.Lag} behind, {status.Problem ?? "all is well"}");
        // end status

        feature.ShouldBe("on");
        status.Problem.ShouldBeNull();
        status.Version.ShouldBe(owner.GetStatistics().Version);
    }
}
