using System.Globalization;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>
/// Journals cut short and with bits flipped: what comes back is always a state that there was, and what is missing of it is told with file and offset. Never wrong data,
/// and never less than there was without a word.
/// </summary>
public sealed class JournalDamageTests
{
    private static readonly string[] Names = ["000000000001.journal", "000000000002.journal", "000000000003.journal"];

    [Fact]
    public void Replay_EachByteFlipped_IsAStateThatThereWasAndWhatIsMissingIsTold()
    {
        var right = GoldenJournal.Segments().Select(segment => segment.ToBytes()).ToArray();
        var states = States();
        var full = Replay(right);
        full.Entries.ShouldBe(states[^1]);
        full.Outcome.Break.ShouldBeNull();
        full.Outcome.Blemishes.ShouldBeEmpty();
        int found = 0, all = 0;
        for (var file = 0; file < right.Length; file++)
        {
            for (var offset = 0; offset < right[file].Length; offset++)
            {
                // Of the page that is zeros but for its beginning, some bytes; of all else each bit.
                var isFiller = right[file][offset] == 0 && offset is >= 72 and < JournalSegmentHeader.PageSize;
                for (var bit = offset % 8; bit < 8; bit += isFiller ? 8 : 1)
                {
                    var damaged = right.ToArray();
                    damaged[file] = (byte[])right[file].Clone();
                    damaged[file][offset] ^= (byte)(1 << bit);
                    all++;
                    found += Check(damaged, states, string.Create(CultureInfo.InvariantCulture, $"file {file}, byte {offset}, bit {bit}")) ? 1 : 0;
                }
            }
        }

        found.ShouldBeGreaterThan(all / 5);
    }

    [Fact]
    public void Replay_EachFileCutAtEachLength_IsAStateThatThereWasAndWhatIsMissingIsTold()
    {
        var right = GoldenJournal.Segments().Select(segment => segment.ToBytes()).ToArray();
        var states = States();
        for (var file = 0; file < right.Length; file++)
        {
            for (var length = 0; length < right[file].Length; length++)
            {
                var damaged = right.ToArray();
                damaged[file] = right[file][..length];
                Check(damaged, states, string.Create(CultureInfo.InvariantCulture, $"file {file} cut to {length}")).ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Replay_LargeJournalDamagedAtRandom_IsAStateThatThereWasAndWhatIsMissingIsTold()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var segments = new List<SegmentBuilder>();
        var states = new List<string> { "" };
        var model = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var number = 100UL;
        for (var ordinal = 1UL; ordinal <= 4; ordinal++)
        {
            var segment = new SegmentBuilder(ordinal, 0, 100) { DurableThrough = number };
            for (var i = 0; i < 400; i++)
            {
                number++;
                var key = $"k{random.Next(50)}";
                var value = random.Next(100);
                segment.Set(number, key, value, durable: number - 1);
                model[key] = string.Create(CultureInfo.InvariantCulture, $"{key}={value:X2}@{number}");
                states.Add(string.Join(' ', model.Values.Order(StringComparer.Ordinal)));
            }

            segments.Add(segment);
        }

        var right = segments.Select(segment => segment.ToBytes()).ToArray();
        for (var round = 0; round < 150; round++)
        {
            var damaged = right.ToArray();
            var file = random.Next(right.Length);
            if (round % 3 == 0)
            {
                damaged[file] = right[file][..random.Next(right[file].Length)];
            }
            else
            {
                damaged[file] = (byte[])right[file].Clone();
                damaged[file][random.Next(damaged[file].Length)] ^= (byte)(1 << random.Next(8));
            }

            Check(damaged, states, $"seed {seed}, round {round}");
        }
    }

    [Fact]
    public void Open_EachByteOfAFrameFlipped_IsRightOrReportedWithFileAndOffset()
    {
        var right = GoldenJournal.Segments().Select(segment => segment.ToBytes()).ToArray();
        for (var file = 0; file < right.Length; file++)
        {
            for (var offset = 0; offset < right[file].Length; offset++)
            {
                if (right[file][offset] == 0 && offset % 61 != 0)
                {
                    continue;
                }

                var home = Home(right);
                home.Flip("journal/" + Names[file], offset, (byte)(1 << (offset % 8)));
                var what = string.Create(CultureInfo.InvariantCulture, $"file {file}, byte {offset}");
                try
                {
                    using var store = home.Open();
                    var report = store.RecoveryReport;
                    if (JournalHome.Contents(store) != "g=7 h=8")
                    {
                        (report.TornTail is not null || (report.HasLostCommits && report.JournalProblems is [{ Offset: not null, MovedTo: not null }, ..] && !report.IsAcknowledged)).ShouldBeTrue(what);
                    }
                    else
                    {
                        report.HasLostCommits.ShouldBeFalse(what);
                    }
                }
                catch (KvStoreCorruptedException exception)
                {
                    exception.File.ShouldNotBeNull(what);
                    exception.Offset.ShouldNotBeNull(what);
                }
            }
        }
    }

    [Fact]
    public void Open_StrictAndDamaged_RefusesAndChangesNothing()
    {
        var right = GoldenJournal.Segments().Select(segment => segment.ToBytes()).ToArray();
        for (var file = 0; file < right.Length; file++)
        {
            foreach (var offset in GoldenJournal.Segments()[file].Offsets)
            {
                var home = Home(right);
                home.Flip("journal/" + Names[file], offset + 9, 4);
                var before = home.Files();
                var exception = Xunit.Record.Exception(() => home.Open(KvRecoveryMode.Strict).Dispose());

                if (exception is null)
                {
                    // The last frame is a torn tail, since nothing says that it had been flushed.
                    (file, offset).ShouldBe((2, GoldenJournal.Segments()[2].Offsets[^1]));
                    continue;
                }

                var corrupted = exception.ShouldBeOfType<KvStoreCorruptedException>();
                corrupted.File.ShouldBe($"{StoreHome.Path}/journal/{Names[file]}");
                corrupted.Offset.ShouldBe(offset);
                home.Files().ShouldBe(before);
            }
        }
    }

    [Fact]
    public void Open_EachByteOfTheNewestSnapshotFlipped_TheOlderAndTheJournalLoseNothing()
    {
        var template = new JournalHome();
        template.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        var newest = template.AddSnapshot(102, SegmentBuilder.NewRecord("old", 9), SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        var bytes = template.Store.ReadFile("snapshots/" + newest);
        for (var offset = 0; offset < bytes.Length; offset++)
        {
            var home = new JournalHome();
            home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
            home.AddSnapshot(102, SegmentBuilder.NewRecord("old", 9), SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
            home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1).Set(102, "b", 2), new SegmentBuilder(2, 50, 100).Set(103, "c", 3));
            home.Flip("snapshots/" + newest, offset, (byte)(1 << (offset % 8)));

            using var store = home.Open();

            JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3 old=9", $"byte {offset}");
        }
    }

    /// <returns>Whether the damage was noticed.</returns>
    private static bool Check(byte[][] files, IReadOnlyList<string> states, string what)
    {
        var replayed = Replay(files);
        states.ShouldContain(replayed.Entries, what);
        var outcome = replayed.Outcome;
        if (replayed.Entries != states[^1])
        {
            var spot = outcome.Break ?? outcome.TornTail;
            spot.ShouldNotBeNull(what);
            spot.Offset.ShouldBeLessThanOrEqualTo(files[(int)spot.Segment.File.Ordinal - 1].Length, what);
        }

        // Only the last commit may go without damage being told: all others are known to have been flushed.
        if (outcome.TornTail is not null)
        {
            states.TakeLast(2).ShouldContain(replayed.Entries, what);
        }

        return outcome.Break is not null || outcome.TornTail is not null || outcome.Blemishes.Count > 0;
    }

    /// <summary>The states after each commit, by replaying the journal without its last frames.</summary>
    private static List<string> States()
    {
        var states = new List<string>();
        var segments = GoldenJournal.Segments();
        for (var keptSegments = 1; keptSegments <= segments.Length; keptSegments++)
        {
            foreach (var end in segments[keptSegments - 1].Offsets.Append(segments[keptSegments - 1].End))
            {
                var bytes = segments[keptSegments - 1].ToBytes();
                bytes.AsSpan((int)end).Clear();
                states.Add(Replay([.. segments.Take(keptSegments - 1).Select(segment => segment.ToBytes()), bytes]).Entries);
            }
        }

        return states;
    }

    private static ReplayedState Replay(byte[][] files)
    {
        var disk = new InMemoryFileSystem();
        disk.CreateDirectory("/data/journal");
        for (var i = 0; i < files.Length; i++)
        {
            disk.Put("/data/journal/" + JournalDirectory.GetFileName((ulong)i + 1), files[i]);
        }

        return ReplayedState.Of(disk);
    }

    private static JournalHome Home(byte[][] files)
    {
        var home = new JournalHome();
        for (var i = 0; i < files.Length; i++)
        {
            home.Store.WriteFile("journal/" + Names[i], files[i]);
        }

        return home;
    }
}
