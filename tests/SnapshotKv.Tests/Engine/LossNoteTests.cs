using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Engine;

public sealed class LossNoteTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_LinkOutOfTheStore_IsNotFollowed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        var store = PhysicalFileSystem.Instance.GetRealPath(_directory.Path);
        var elsewhere = Path.Combine(store, "elsewhere");
        File.WriteAllText(elsewhere, "nobody's business");
        File.CreateSymbolicLink(Path.Combine(store, LossNote.FileName), elsewhere);
        var note = new LossNote(PhysicalFileSystem.Instance, store);

        note.Read().ShouldBeNull();

        note.Add(null, "commits are missing");
        note.Read().ShouldBe("commits are missing");
        File.ReadAllText(elsewhere).ShouldBe("nobody's business");
    }
}
