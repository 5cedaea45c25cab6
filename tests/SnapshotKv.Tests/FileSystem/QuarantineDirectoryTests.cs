using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Files set aside keep their bytes and have their reason beside them; only the oldest of too many ever go.</summary>
public sealed class QuarantineDirectoryTests
{
    private const string Name = "data-20260301-143022-0003.msgpack.gz";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 14, 30, 22, TimeSpan.Zero);

    private readonly InMemoryFileSystem _files = new();
    private readonly QuarantineDirectory _quarantine;

    public QuarantineDirectoryTests()
    {
        _files.CreateDirectory("/store/snapshots");
        _files.FlushDirectory("/");
        _files.FlushDirectory("/store");
        _quarantine = new QuarantineDirectory(_files, "/store");
    }

    [Fact]
    public void Take_SameNameTwice_KeepsBothWithTheirReasons()
    {
        var first = Take(Name, "first"u8, "it was bad", Start);
        var second = Take(Name, "second"u8, "it was worse", Start.AddHours(1));

        var image = _files.CrashImage(CrashKind.PowerCutLosingAll);
        first.ShouldBe($"/store/quarantine/{Name}");
        second.ShouldBe($"/store/quarantine/{Name}.1");
        image.Take(first).ShouldBe("first"u8.ToArray());
        image.Take(second).ShouldBe("second"u8.ToArray());
        image.Take(first + ".reason").ShouldBe("it was bad\nSet aside at 2026-03-01T14:30:22.0000000Z\n"u8.ToArray());
        image.Take(second + ".reason").ShouldBe("it was worse\nSet aside at 2026-03-01T15:30:22.0000000Z\n"u8.ToArray());
        image.FileExists($"/store/snapshots/{Name}").ShouldBeFalse();
        _quarantine.List().Select(entry => entry.Name).ShouldBe([Name, Name + ".1"], ignoreOrder: true);
    }

    [Fact]
    public void Bound_WithinBounds_DeletesNothing()
    {
        Take(Name, "12345"u8, "bad", Start);

        _quarantine.Bound(5, new HashSet<string>()).ShouldBeEmpty();

        _quarantine.List().Count.ShouldBe(1);
    }

    [Fact]
    public void Bound_TooManyBytes_DeletesWhatWasSetAsideFirstWithItsReason()
    {
        // The one set aside last bears the lowest name: what counts is when.
        Take("b.journal", "12345"u8, "bad", Start);
        Take("c.journal", "12345"u8, "bad", Start.AddHours(1));
        var last = Take("a.journal", "12345"u8, "bad", Start.AddHours(2));

        _quarantine.Bound(10, new HashSet<string> { last }).ShouldBe(["b.journal"]);

        _quarantine.List().Select(entry => entry.Name).ShouldBe(["a.journal", "c.journal"], ignoreOrder: true);
        _files.FileExists("/store/quarantine/b.journal.reason").ShouldBeFalse();
    }

    [Fact]
    public void Bound_WhatWasJustSetAside_IsNeverDeleted()
    {
        var taken = Enumerable.Range(0, QuarantineDirectory.MostFiles + 6).Select(i => Take($"{i:d12}.journal", "12345"u8, "bad", Start)).ToHashSet(StringComparer.Ordinal);

        _quarantine.Bound(1, taken).ShouldBeEmpty();

        _quarantine.Bound(long.MaxValue, new HashSet<string>()).Count.ShouldBe(6);
        _quarantine.List().Count.ShouldBe(QuarantineDirectory.MostFiles);
    }

    [Fact]
    public void Bound_ReasonThatTellsNoTime_CountsAsSetAsideLongAgo()
    {
        Take("a.journal", "12345"u8, "bad", Start);
        Take("b.journal", "12345"u8, "bad", Start);
        _files.Delete("/store/quarantine/b.journal.reason");
        _files.Put("/store/quarantine/b.journal.reason", "bad, by an older version"u8);

        _quarantine.Bound(5, new HashSet<string>()).ShouldBe(["b.journal"]);
    }

    [Fact]
    public void Bound_FileThatSomebodyElsePutThere_IsLeftAlone()
    {
        Take("a.journal", "12345"u8, "bad", Start);
        _files.Put("/store/quarantine/notes.txt", new byte[100]);

        _quarantine.Bound(5, new HashSet<string>()).ShouldBeEmpty();
    }

    [Fact]
    public void Bound_CutInTheMidst_LeavesNoReasonThatLooksLikeAnAnnouncement()
    {
        Take("a.journal", "12345"u8, "bad", Start);
        var files = new FaultInjectingFileSystem(_files);
        var deletions = 0;
        files.FailWhen(operation => operation.Kind == FileOperationKind.Delete && ++deletions == 2, FileFault.InputOutput);

        Should.Throw<IOException>(() => new QuarantineDirectory(files, "/store").Bound(1, new HashSet<string>()));

        _quarantine.ListAnnounced().ShouldBeEmpty();
        _quarantine.List().ShouldHaveSingleItem();
    }

    [Fact]
    public void Announce_WithoutTheMove_TellsThatItIsDue()
    {
        _quarantine.ListAnnounced().ShouldBeEmpty();
        Take("b.journal", "12345"u8, "bad", Start);
        var target = _quarantine.Announce("a.journal", "it is cut", Start);

        _quarantine.ListAnnounced().ShouldHaveSingleItem().Key.ShouldBe("a.journal");
        _quarantine.ListAnnounced()["a.journal"].ShouldStartWith("it is cut");

        _files.Put("/store/snapshots/a.journal", [1]);
        _quarantine.Move("/store/snapshots/a.journal", target);
        _quarantine.ListAnnounced().ShouldBeEmpty();
    }

    private string Take(string name, ReadOnlySpan<byte> bytes, string reason, DateTimeOffset now)
    {
        var path = $"/store/snapshots/{name}";
        _files.Put(path, bytes);
        return _quarantine.Take(path, reason, now);
    }
}
