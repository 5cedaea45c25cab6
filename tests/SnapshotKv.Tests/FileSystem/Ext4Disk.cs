using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>An ext4 file system in a file, mounted for one test. Disposal unmounts and deletes it, whatever the test did to it.</summary>
internal sealed partial class Ext4Disk : IDisposable
{
    /// <summary>What a disk holds, metadata included, unless a test wants more.</summary>
    private const long CommonSize = 8 << 20;

    /// <summary>EXT4_IOC_SHUTDOWN, from the kernel's fs/ext4/ext4.h: a read of 32 bits, type 'X', number 125.</summary>
    private const nuint ShutdownRequest = 0x8004587d;

    /// <summary>EXT4_GOING_FLAGS_NOLOGFLUSH: the file system stops at once and writes nothing more, as if the device were gone.</summary>
    private const uint WithoutFlushing = 2;

    private readonly TemporaryDirectory _directory;

    private readonly string _options;
    private readonly long _size;

    private Ext4Disk(TemporaryDirectory directory, string options, long size)
    {
        _directory = directory;
        _options = options;
        _size = size;
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Join(_directory.Path, "mount");

    private string Image => System.IO.Path.Join(_directory.Path, "image");

    /// <summary>Makes and mounts a disk, or skips the test with the reason why that is not possible here.</summary>
    /// <param name="options">Options of the mount.</param>
    /// <param name="size">What it holds, in bytes, metadata included.</param>
    public static Ext4Disk MountOrSkip(string options = "data=ordered", long size = CommonSize)
    {
        Mounts.SkipUnlessAllowed();
        var directory = new TemporaryDirectory();
        var disk = new Ext4Disk(directory, options, size);
        try
        {
            using (var file = File.Create(disk.Image))
            {
                file.SetLength(size);
            }

            Directory.CreateDirectory(disk.Path);
            var problem = Mounts.Run("mkfs.ext4", "-q", "-F", disk.Image) ?? disk.Mount();
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
        var device = System.IO.Path.GetFileName(Mounts.DeviceOf(Path));
        File.WriteAllText($"/sys/fs/ext4/{device}/trigger_fs_error", "a test");
    }

    public void RemountReadOnly() => Mounts.Run("mount", "-o", "remount,ro", Path).ShouldBeNull();

    /// <summary>Hides the disk behind a read-only view of itself: files that are open stay as they are, for all others it is as if it were mounted read-only.</summary>
    /// <remarks>Remounting is refused while a file is open for writing, as a store's are.</remarks>
    public void CoverReadOnly() => (Mounts.Run("mount", "--bind", Path, Path) ?? Mounts.Run("mount", "-o", "remount,bind,ro", Path)).ShouldBeNull();

    /// <summary>Takes the read-only view away.</summary>
    public void Uncover() => Mounts.Run("umount", Path).ShouldBeNull();

    /// <summary>Takes the disk out and puts it in again, as a restart of the machine does.</summary>
    public void MountAgain() => (Mounts.Run("umount", Path) ?? Mount()).ShouldBeNull();

    /// <summary>Writes until there is no room left.</summary>
    /// <returns>How the disk refused.</returns>
    public Exception Fill()
    {
        using var file = PhysicalFileSystem.Instance.CreateNew(System.IO.Path.Join(Path, "filler"));
        var block = new byte[4096];
        return Record.Exception(() =>
        {
            for (var offset = 0L; offset < _size; offset += block.Length)
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

    private string? Mount() => Mounts.Run("mount", "-o", $"loop,{_options}", "-t", "ext4", Image, Path);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeFileHandle file, nuint request, ref uint flag);
}
