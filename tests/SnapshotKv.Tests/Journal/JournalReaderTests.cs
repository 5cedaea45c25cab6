using SnapshotKv.FileSystem;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Journal;

public sealed class JournalReaderTests
{
    [Fact]
    public void Open_LengthThatTheDiskDoesNotTell_ThrowsAndLeavesNoFileOpen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "What a process has open stands in /proc.");
        using var directory = new TemporaryDirectory();
        var builder = new SegmentBuilder(1, 0, 100).Set(101, "a", 1);
        var path = Path.Join(Directory.CreateDirectory(Path.Join(directory.Path, "journal")).FullName, builder.FileName);
        File.WriteAllBytes(path, builder.ToBytes());
        var files = new FaultInjectingFileSystem(PhysicalFileSystem.Instance);
        var reader = new JournalReader(files, new JournalDirectory(files, directory.Path));
        files.FailWhen(FileOperationKind.GetLength, FileFault.InputOutput);

        Should.Throw<IOException>(() => reader.Open(reader.Segments[0]));

        // Once without the fault, so that the look itself is known to see what is open.
        OpenFiles(path).ShouldBe(0);
        files.Heal();
        using (reader.Open(reader.Segments[0]))
        {
            OpenFiles(path).ShouldBe(1);
        }
    }

    private static int OpenFiles(string path) => Directory.EnumerateFiles("/proc/self/fd").Count(link => new FileInfo(link).LinkTarget == path);
}
