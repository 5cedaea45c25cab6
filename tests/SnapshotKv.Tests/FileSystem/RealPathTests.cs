using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

public sealed class RealPathTests
{
    [Theory]
    [InlineData("data", "/home/app/data")]
    [InlineData("./data/.", "/home/app/data")]
    [InlineData("../data", "/home/data")]
    [InlineData("../../../../data", "/data")]
    [InlineData("/srv//data/", "/srv/data")]
    [InlineData("/", "/")]
    [InlineData("/link", "/target")]
    [InlineData("/link/../x", "/x")]
    [InlineData("/deep/../x", "/a/b/x")]
    [InlineData("/relative/x", "/a/x")]
    [InlineData("/chain/x", "/target/x")]
    public void Resolve_OnUnix_FollowsLinksAsTheKernelDoes(string path, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The paths are Unix'.");
        var links = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["/link"] = "/target",
            ["/deep"] = "/a/b/c/",
            ["/relative"] = "./b/../a",
            ["/chain"] = "chain2",
            ["/chain2"] = "link",
        };

        RealPath.Resolve(path, "/home/app", links.GetValueOrDefault).ShouldBe(expected);
    }

    [Theory]
    [InlineData(40, true)]
    [InlineData(41, false)]
    public void Resolve_ChainOfLinks_EndsWhereTheKernelGivesUp(int length, bool isFollowed)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The paths are Unix'.");

        var resolve = () => RealPath.Resolve("/1", "/", path => int.Parse(path[1..]) <= length ? $"{int.Parse(path[1..]) + 1}" : null);

        if (isFollowed)
        {
            resolve().ShouldBe("/41");
        }
        else
        {
            Should.Throw<IOException>(() => resolve()).Message.ShouldContain("'/1'");
        }
    }
}
