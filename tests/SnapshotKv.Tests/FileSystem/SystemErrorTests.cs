using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

public sealed class SystemErrorTests
{
    [Theory]
    [InlineData(5, "EIO (5), ")]
    [InlineData(30, "EROFS (30), ")]
    [InlineData(122, "EDQUOT (122), ")]
    [InlineData(4000, "error 4000, ")]
    public void Describe_OnLinux_HasNameNumberAndText(int error, string start)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The numbers are Linux'.");

        SystemError.Describe(error).ShouldStartWith(start);
        SystemError.Describe(error).Length.ShouldBeGreaterThan(start.Length);
    }

    [Theory]
    [InlineData(2, typeof(FileNotFoundException))]
    [InlineData(1, typeof(UnauthorizedAccessException))]
    [InlineData(13, typeof(UnauthorizedAccessException))]
    [InlineData(5, typeof(IOException))]
    [InlineData(18, typeof(IOException))]
    public void ToException_OnUnix_HasTheFrameworksTypeForTheNumber(int error, Type type)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The numbers are Unix'.");

        var exception = SystemError.ToException(error, "rename '/a' to '/b'", "/a");

        exception.ShouldBeOfType(type);
        exception.Message.ShouldStartWith("Cannot rename '/a' to '/b': ");
    }

    [Fact]
    public void Classify_AnyException_TellsTheCause()
    {
        SystemError.Classify(StorageFailures.NoSpace("a")).ShouldBe(StorageFault.NoSpace);
        SystemError.Classify(StorageFailures.ReadOnly("a")).ShouldBe(StorageFault.ReadOnly);
        SystemError.Classify(StorageFailures.AccessDenied("a")).ShouldBe(StorageFault.AccessDenied);
        SystemError.Classify(StorageFailures.InputOutput("a")).ShouldBe(StorageFault.Other);
        SystemError.Classify(StorageFailures.InvalidArgument("a")).ShouldBe(StorageFault.Unsupported);
        SystemError.Classify(new FileNotFoundException()).ShouldBe(StorageFault.Missing);
        SystemError.Classify(new DirectoryNotFoundException()).ShouldBe(StorageFault.Missing);
        SystemError.Classify(new InvalidOperationException()).ShouldBe(StorageFault.Other);
        SystemError.Classify(new UnauthorizedAccessException("refused", StorageFailures.ReadOnly("a"))).ShouldBe(StorageFault.ReadOnly);
    }
}
