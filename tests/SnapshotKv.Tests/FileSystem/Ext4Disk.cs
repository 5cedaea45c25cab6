using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>An ext4 file system in a file, mounted for one test. Disposal unmounts and deletes it, whatever the test did to it.</summary>
internal sealed partial class Ext4Disk : IDisposable
{
    private const long Size = 8 << 20;

    /// <summary>EXT4_IOC_SHUTDOWN, from the kernel's fs/ext4/ext4.h: a read of 32 bits, type 'X', number 125.</summary>
    private const nuint ShutdownRequest = 0x8004587d;

    /// <summary>EXT4_GOING_FLAGS_NOLOGFLUSH: the file system stops at once and writes nothing more, as if the device were gone.</summary>
    private const uint WithoutFlushing = 2;

    private readonly TemporaryDirectory _directory;

    private Ext4Disk(TemporaryDirectory directory) => _directory = directory;

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Join(_directory.Path, "mount");

    /// <summary>Makes and mounts a disk, or skips the test with the reason why that is not possible here.</summary>
    /// <param name="options">Options of the mount.</param>
    public static Ext4Disk MountOrSkip(string options = "data=ordered")
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "ext4 is mounted on Linux only.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a file system needs root.");

        var directory = new TemporaryDirectory();
        var disk = new Ext4Disk(directory);
        try
        {
            var image = System.IO.Path.Join(directory.Path, "image");
            using (var file = File.Create(image))
            {
                file.SetLength(Size);
            }

            Directory.CreateDirectory(disk.Path);
            var problem = Mounts.Run("mkfs.ext4", "-q", "-F", image) ?? Mounts.Run("mount", "-o", $"loop,{options}", "-t", "ext4", image, disk.Path);
            Assert.SkipWhen(problem is not null, $"No ext4 can be made and mounted here: {problem}");
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Lets the disk fail: from now on nothing reaches it.</summary>
    public void ShutDown()
    {
        using var root = UnixNative.Open(Path, UnixNative.ReadOnly | UnixNative.CloseOnExec);
        var flag = WithoutFlushing;
        if (Ioctl(root, ShutdownRequest, ref flag) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Lets the file system find an error in itself, on which it does what its option <c>errors</c> says.</summary>
    public void MeetAnError()
    {
        var table = File.ReadLines("/proc/self/mountinfo").Select(line => line.Split(' ')).Single(fields => fields[4] == Path);
        var device = System.IO.Path.GetFileName(table[Array.IndexOf(table, "-") + 2]);
        File.WriteAllText($"/sys/fs/ext4/{device}/trigger_fs_error", "a test");
    }

    public void RemountReadOnly() => Mounts.Run("mount", "-o", "remount,ro", Path).ShouldBeNull();

    /// <summary>Writes until there is no room left.</summary>
    /// <returns>How the disk refused.</returns>
    public Exception Fill()
    {
        using var file = PhysicalFileSystem.Instance.CreateNew(System.IO.Path.Join(Path, "filler"));
        var block = new byte[4096];
        return Record.Exception(() =>
        {
            for (var offset = 0L; offset < Size; offset += block.Length)
            {
                file.Write(block, offset);
                file.Flush();
            }
        }).ShouldNotBeNull();
    }

    public void Dispose()
    {
        Mounts.Unmount(Path);
        _directory.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, ref uint flag);
}
