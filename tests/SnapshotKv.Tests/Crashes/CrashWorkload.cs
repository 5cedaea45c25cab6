using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Crashes;

/// <summary>
/// The life that is cut at each of its operations: everything a store can be told to do, at every level, through saves, pruning, background ticks, rotations of
/// the journal, a clean reopening, a kill and two power cuts.
/// </summary>
internal static class CrashWorkload
{
    private static readonly KvEntryOptions OnDisk = new() { Durability = KvDurability.Disk };

    /// <summary>Long, so that no crash takes so much of a slide that the entry dies of it; capped.</summary>
    private static readonly KvEntryOptions Sliding = new() { SlidingExpiration = TimeSpan.FromSeconds(100), TimeToLive = TimeSpan.FromSeconds(120) };

    private static readonly KvEntryOptions SlidingLess = new() { SlidingExpiration = TimeSpan.FromSeconds(60) };

    public static void Run(CrashLife life, int seed)
    {
        life.Open();
        WriteAll(life);
        Collect(life);
        life.Close();

        life.Open();
        FillSegments(life);
        life.Crash(CrashKind.ProcessKilled, seed);
        GoOn(life);
        life.Crash(CrashKind.PowerCutLosingAll, seed);
        StartOver(life);
        life.Crash(CrashKind.PowerCutLosingSome, seed);
        life.Set("last", 40, OnDisk);
        life.Set("very last", 40);
        life.Close();

        life.Open();
        life.SetBlob("goes", 100);
        life.Clear();
        life.SetBlob("stays", 100, OnDisk);
        life.Crash(CrashKind.ProcessKilled, seed);
        KeepVersions(life);
        life.Crash(CrashKind.PowerCutLosingAll, seed);
        LetVersionsGo(life);
        life.CheckBlobFiles();
        life.Close();
    }

    /// <summary>Snapshots that are pinned, those of past hours and days, and blobs that only they refer to.</summary>
    private static void KeepVersions(CrashLife life)
    {
        life.SetBlob("blob of a version", 200);
        life.SaveAndPin("first");
        life.PinNewest("first-again");
        life.Remove("blob of a version");
        life.Thin(hours: 2, days: 2);
        for (var i = 0; i < 5; i++)
        {
            life.Set("version", 30 + i);
            life.Save();
            life.Advance(TimeSpan.FromHours(7));
        }

        life.Unpin("first");
        life.Set("version", 100);
        life.SaveAndPin("second");
        life.Snapshots.ShouldBeGreaterThan(3, "two, the pinned one, and the last of the day before");
    }

    private static void LetVersionsGo(CrashLife life)
    {
        life.Store.Protect("session:");
        life.Set("version", 101);
        life.Save();
        life.Unpin("first-again");
        life.Unpin("second");
        foreach (var name in life.Pins.Automatic)
        {
            life.Unpin(name);
        }

        life.Set("version", 102);
        life.Save();
        life.Snapshots.ShouldBe(2);
    }

    private static void WriteAll(CrashLife life)
    {
        life.Set("a", 10);
        life.Set("b", 700);
        life.Set("c", 5_000);
        life.Set("", 0);
        life.Set("a", 3_000);
        life.Remove("c");
        life.Remove("nothing");
        life.Batch([("d", 30), ("e", 600), ("f", 2_000)], ["b"]);
        life.Set("dies", 20, new() { TimeToLive = TimeSpan.FromSeconds(4) });
        life.Set("slides", 20, Sliding);
        life.Advance(CrashLife.FlushInterval);

        life.Set("g", 100);
        life.Set("on disk", 100, OnDisk);
        life.Set("h", 100);
        life.Batch([("i", 300), ("j", 300)], ["h"], KvDurability.Disk);
        life.RemoveAt(KvDurability.Disk, "j");
        life.SetAsynchronously("k", 100);
        life.SetAsynchronously("l", 100, OnDisk);
        life.CommitInVain("a");
        life.Update("slides", 25);

        foreach (var (key, tags) in new (string, string[])[] { ("t:1", ["red"]), ("t:2", ["red", "green"]), ("u:1", ["red"]), ("u:2", ["green"]) })
        {
            life.Set(key, 50, new() { Tags = tags });
        }

        life.RemoveByTagUnder("t:", "red");
        life.RemoveByTag("green");
        life.SetTyped("first", "x", "one");
        life.SetTyped("first", "y", "two");
        life.Advance(TimeSpan.FromSeconds(3));
        life.Read("slides");
        life.Set("m", 10);
    }

    /// <summary>Blobs, saves and what they let go.</summary>
    private static void Collect(CrashLife life)
    {
        life.SetBlob("blob", 1_500);
        life.SetBlob("other blob", 300, new() { Tags = ["red"] });
        life.SaveToGoBackTo();
        life.UpdateBlob("blob", 2_500);
        life.Transact("a", "d", "third blob", commits: true);
        life.Transact("a", "d", "fourth blob", commits: false);
        life.Remove("other blob");
        life.Read("slides");
        life.Restore("other");
        life.Set("d", 15);
        life.Advance(CrashLife.SaveDebounce);
        life.Set("n", 200);
        life.Read("slides");
        life.Save();
        life.Set("blob", 10);
        life.ClearTyped();
        life.SetTyped("second", "x", "three");
        life.RemoveByPrefix("t:");
        life.RemoveByPrefix("nobody has this");
        life.Set("o", 10);
    }

    /// <summary>More than a segment holds, a commit that is larger than one, and saves that let segments go.</summary>
    private static void FillSegments(CrashLife life)
    {
        for (var i = 0; i < 12; i++)
        {
            life.Set($"fill:{i % 5}", 900 + (i * 100));
        }

        life.Advance(CrashLife.FlushInterval);
        life.Set("huge", 40_000);
        life.Set("p", 10);
        life.SaveWhile(() =>
        {
            for (var i = 0; i < 5; i++)
            {
                life.Set($"fill:{i}", 6_000);
            }
        });
        for (var i = 0; i < 8; i++)
        {
            life.Set($"fill:{i % 5}", 1_500, i == 4 ? OnDisk : default);
        }

        life.Read("slides");
        life.RemoveByPrefix("fill:");
        life.SetBlob("blob", 700);
        life.Set("q", 300);
    }

    private static void GoOn(CrashLife life)
    {
        life.Set("r", 50);
        life.Set("s", 50);

        // What is not flushed yet stands before it, and between the two a segment that was made ready and is too small.
        life.Set("huge, too", 20_000);
        life.Set("huge, too", 20);

        // What slid is replaced before the journal is told of the slide, which must not count for the new entry.
        life.Read("slides");
        life.Set("slides", 22, SlidingLess);
        life.Advance(TimeSpan.FromSeconds(2));
        life.Batch([("t", 50), ("u", 5_000)], ["r", "q"]);
        life.Save();
        life.Set("v", 1_000, OnDisk);
        life.Set("w", 1_000);
        life.SetTyped("second", "z", "four");
        life.Set("dies, too", 20, new() { TimeToLive = TimeSpan.FromSeconds(15), Tags = ["red"] });
    }

    private static void StartOver(CrashLife life)
    {
        life.Set("x", 50);
        life.SaveToGoBackTo();
        life.SetBlob("in between", 300);
        life.Set("x", 60);
        life.Restore("");
        life.Set("x", 70);
        life.Clear();
        life.Set("y", 50);
        life.Set("z", 50);
        life.Set("dies, too", 20, new() { TimeToLive = TimeSpan.FromSeconds(15), Tags = ["red"] });
        life.SetTyped("first", "again", "five");
        life.Set("slides", 30, Sliding);
        life.Advance(CrashLife.SaveDebounce);
        life.SetBlob("blob", 800);
        life.Set("z", 2_000);
        life.Advance(TimeSpan.FromSeconds(6));
        life.RemoveByTag("red");
        life.Read("slides");
        life.Advance(CrashLife.FlushInterval);
        life.Set("z", 100);
    }
}
