using System.Diagnostics;
using System.Runtime.Versioning;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

public sealed class PhysicalFileSystemTests : FileSystemSpecification, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private protected override IFileSystem Files => PhysicalFileSystem.Instance;

    private protected override string Root => _directory.Path;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void CreateNew_OnUnix_IsForItsOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");

        WriteFile("a", "x");

        Mode("a").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void CreateNew_GarbageCollectedAfterwards_StaysOpenAndLocked()
    {
        // The stream that gave the handle its mode is garbage by now; it must not take the handle along.
        using var file = Files.CreateNew(At("a"));
        using var held = Files.TryLock(At("lock"));

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        file.Write("abc"u8, 0);
        ReadFile("a").ShouldBe("abc");
        Files.TryLock(At("lock")).ShouldBeNull();
    }

    [Fact]
    public void OpenRead_Pipe_IsRefusedAndDoesNotWaitForAWriter()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among its files.");
        using (var process = Start("mkfifo", At("pipe")))
        {
            process.WaitForExit();
        }

        Should.Throw<IOException>(() => Files.OpenRead(At("pipe"))).Message.ShouldContain(At("pipe"));
    }

    [Fact]
    public void OpenRead_LinkToAFile_OpensTheFile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege on Windows.");
        WriteFile("real", "x");
        File.CreateSymbolicLink(At("link"), At("real"));

        ReadFile("link").ShouldBe("x");
    }

    [Fact]
    public void TryLock_OnUnix_CreatesAFileForItsOwnerOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");

        Files.TryLock(At("lock"))!.Dispose();

        Mode("lock").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public void CreateDirectory_OnUnix_IsForItsOwnerOnlyWithItsParents()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");

        Files.CreateDirectory(At("x", "y", "z"));

        foreach (var name in new[] { "x", "x/y", "x/y/z" })
        {
            Mode(name).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, name);
        }
    }

    [Fact]
    public void CreateDirectory_Existing_KeepsItsMode()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Directory.CreateDirectory(At("d"));
        SetMode("d", Shared);

        Files.CreateDirectory(At("d"));

        Mode("d").ShouldBe(Shared);
    }

    [Fact]
    public void GetRealPath_LinksAnywhere_GiveOneString()
    {
        Files.CreateDirectory(At("real", "sub"));
        Directory.CreateSymbolicLink(At("absolute"), At("real"));
        Directory.CreateSymbolicLink(At("real", "relative"), "sub");
        Directory.CreateSymbolicLink(At("chain"), "absolute/relative");

        Files.GetRealPath(At("chain", "new")).ShouldBe(At("real", "sub", "new"));
        Files.GetRealPath(At("absolute", "relative", "new", "er")).ShouldBe(At("real", "sub", "new", "er"));
    }

    [Fact]
    public void GetRealPath_UpAfterLink_GoesUpFromTheLinksTarget()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows settles '..' before it looks at links.");
        Files.CreateDirectory(At("real", "sub"));
        Directory.CreateSymbolicLink(At("link"), At("real", "sub"));

        Files.GetRealPath(At("link", "..", "x")).ShouldBe(At("real", "x"));
    }

    [Fact]
    public void GetRealPath_DanglingLink_GivesItsTarget()
    {
        Directory.CreateSymbolicLink(At("link"), "not/yet");

        Files.GetRealPath(At("link", "a")).ShouldBe(At("not", "yet", "a"));
    }

    [Fact]
    public void GetRealPath_Loop_IsAnErrorThatNamesThePath()
    {
        Directory.CreateSymbolicLink(At("one"), "two");
        Directory.CreateSymbolicLink(At("two"), "one");

        Should.Throw<IOException>(() => Files.GetRealPath(At("one", "a"))).Message.ShouldContain(At("one", "a"));
    }

    [Fact]
    public void GetRealPath_Relative_StartsAtTheCurrentDirectory() =>
        Files.GetRealPath("some-data").ShouldBe(Path.Join(Files.GetRealPath(Environment.CurrentDirectory), "some-data"));

    [Fact]
    public void List_Links_CountAsWhatTheyPointTo()
    {
        WriteFile("a", "123");
        Files.CreateDirectory(At("d"));
        File.CreateSymbolicLink(At("to-a"), "a");
        Directory.CreateSymbolicLink(At("to-d"), "d");
        File.CreateSymbolicLink(At("to-nothing"), "nothing");

        var links = Files.List(Root).Where(entry => entry.Name.StartsWith("to-", StringComparison.Ordinal)).OrderBy(entry => entry.Name, StringComparer.Ordinal);

        links.ShouldBe(
        [
            new FileSystemEntry("to-a", IsDirectory: false, 3),
            new FileSystemEntry("to-d", IsDirectory: true, 0),
            new FileSystemEntry("to-nothing", IsDirectory: false, 0),
        ]);
    }

    [Fact]
    public void Rename_AcrossDevices_IsRefusedInsteadOfCopied()
    {
        const string Elsewhere = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(Elsewhere), "There is no second file system at /dev/shm.");
        WriteFile("a", "1");
        var destination = Path.Join(Elsewhere, Path.GetFileName(Root));
        try
        {
            Should.Throw<IOException>(() => Files.Rename(At("a"), destination)).Message.ShouldContain("EXDEV (18)");

            ReadFile("a").ShouldBe("1");
            File.Exists(destination).ShouldBeFalse();
        }
        finally
        {
            File.Delete(destination);
        }
    }

    [Fact]
    public void GetAvailableBytes_MountedDirectory_IsThatOfTheMount()
    {
        const string Mount = "/dev/shm";
        Assert.SkipUnless(Directory.Exists(Mount), "There is no second file system at /dev/shm.");
        var directory = Directory.CreateDirectory(Path.Join(Mount, Path.GetFileName(Root)));
        try
        {
            var ofMount = Files.GetAvailableBytes(Mount);

            Files.GetAvailableBytes(directory.FullName).ShouldBeInRange(ofMount / 2, ofMount * 2);
            Files.GetAvailableBytes(directory.FullName).ShouldBeLessThanOrEqualTo(new DriveInfo(Mount).TotalSize);
        }
        finally
        {
            directory.Delete();
        }
    }

    [Fact]
    public async Task TryLock_HeldByAnotherProgram_GivesNull()
    {
        using var flock = Start("flock", "--exclusive", "--nonblock", At("lock"), "cat");
        // Whoever echoes holds the lock: flock starts cat only then.
        await flock.StandardInput.WriteLineAsync("held");
        await flock.StandardInput.FlushAsync(TestContext.Current.CancellationToken);
        (await flock.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("held");

        Files.TryLock(At("lock")).ShouldBeNull();

        flock.StandardInput.Close();
        await flock.WaitForExitAsync(TestContext.Current.CancellationToken);
        using var mine = Files.TryLock(At("lock"));
        mine.ShouldNotBeNull();
    }

    [Fact]
    public async Task TryLock_Held_KeepsAnotherProgramOut()
    {
        using (Files.TryLock(At("lock")))
        {
            (await ExitCodeOfFlock()).ShouldBe(1);
        }

        (await ExitCodeOfFlock()).ShouldBe(0);

        async Task<int> ExitCodeOfFlock()
        {
            using var flock = Start("flock", "--exclusive", "--nonblock", At("lock"), "true");
            await flock.WaitForExitAsync(TestContext.Current.CancellationToken);
            return flock.ExitCode;
        }
    }

    [Fact]
    public void TryLock_UnwritableFile_IsAnErrorAndNotHeld()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "Modes do not bind a privileged user.");
        File.WriteAllBytes(At("lock"), []);
        SetMode("lock", UnixFileMode.None);

        Should.Throw<UnauthorizedAccessException>(() => Files.TryLock(At("lock"))).Message.ShouldContain(At("lock"));
    }

    [Fact]
    public void DescribeUser_OnUnix_GivesNumbers()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows users have no numbers.");

        Files.DescribeUser().ShouldMatch(@"^uid \d+, gid \d+( \(.+\))?$");
    }

    [Fact]
    public void OpenRead_ImpossibleName_IsAnIOException() =>
        Should.Throw<IOException>(() => Files.OpenRead(At("a\0b"))).Message.ShouldContain(At("a\0b"));

    [UnsupportedOSPlatformGuard("windows")]
    private static bool OnUnix => !OperatingSystem.IsWindows();

    private UnixFileMode Mode(string name) => OnUnix ? File.GetUnixFileMode(At(name)) : throw new PlatformNotSupportedException();

    private void SetMode(string name, UnixFileMode mode)
    {
        if (OnUnix)
        {
            File.SetUnixFileMode(At(name), mode);
        }
    }

    private static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            Assert.Skip($"There is no {program} here: {exception.Message}");
            throw;
        }
    }
}
