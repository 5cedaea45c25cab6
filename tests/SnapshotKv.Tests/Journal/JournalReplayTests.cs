using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Tests.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Journal;

/// <summary>What each kind of frame does when it is carried out again.</summary>
public sealed class JournalReplayTests
{
    private const long Noon = 1_800_000_000_000_000_000, Hour = 3_600_000_000_000;

    private static readonly BlobId Blob = Parse("01a201c8-d370-7e19-a3a5-91680bc0ff98"), OtherBlob = Parse("01a201c8-d370-7e19-a3a5-91680bc0ff99");

    private readonly JournalHome _home = new();

    [Fact]
    public void Clear_TakesEverythingAndGoesOn() =>
        Replay(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Clear(102).Set(103, "b", 2)).Entries.ShouldBe("b=02@103");

    [Fact]
    public void RemoveByPrefix_TakesWhatBeginsWithItAndSparesKeysThatAreNoText()
    {
        var opaque = Record.Create(new RecordParts { Key = [(byte)'p', 0xff], Value = [1], Flags = RecordFlags.OpaqueKey });
        var segment = new SegmentBuilder(1, 0, 100).Set(101, 0, SegmentBuilder.NewRecord("p", 1), SegmentBuilder.NewRecord("pa", 2), SegmentBuilder.NewRecord("q", 3), opaque);

        Replay(segment.RemoveByPrefix(102, "p")).Entries.ShouldBe("p\uFFFD=01@101 q=03@101");
    }

    [Fact]
    public void RemoveByTag_TakesWhatHasItUnderThePrefix()
    {
        var segment = new SegmentBuilder(1, 0, 100).Set(101, 0,
            SegmentBuilder.NewRecord("a:1", 1, ["red", "blue"]), SegmentBuilder.NewRecord("a:2", 2, ["redder"]), SegmentBuilder.NewRecord("b:1", 3, ["red"]));

        Replay(segment.RemoveByTag(102, "red", "a:")).Entries.ShouldBe("a:2=02@101 b:1=03@101");
    }

    [Fact]
    public void Removals_Many_FindByIndexWhatTheyFindByLooking()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new SortedDictionary<string, (int Value, string[] Tags, ulong Number)>(StringComparer.Ordinal);
        var segment = new SegmentBuilder(1, 0, 100);
        for (var number = 101UL; number < 900; number++)
        {
            var prefix = $"{(char)('a' + random.Next(3))}";
            var tag = $"t{random.Next(3)}";
            switch (random.Next(20))
            {
                case 0:
                    segment.RemoveByPrefix(number, prefix);
                    RemoveWhere(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal));
                    break;
                case 1:
                    segment.RemoveByTag(number, tag, prefix);
                    RemoveWhere(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value.Tags.Contains(tag));
                    break;
                case 2 when random.Next(10) == 0:
                    segment.Clear(number);
                    model.Clear();
                    break;
                case 3:
                    var removed = prefix + random.Next(9);
                    segment.Remove(number, removed);
                    model.Remove(removed);
                    break;
                default:
                    var key = prefix + random.Next(9);
                    var tags = Enumerable.Range(0, 3).Select(i => $"t{i}").Where(_ => random.Next(2) == 0).ToArray();
                    var value = random.Next(100);
                    segment.Set(number, 0, SegmentBuilder.NewRecord(key, value, tags));
                    model[key] = (value, tags, number);
                    break;
            }
        }

        Replay(segment).Entries.ShouldBe(string.Join(' ', model.Select(pair => $"{pair.Key}={pair.Value.Value:X2}@{pair.Value.Number}").Order(StringComparer.Ordinal)));

        void RemoveWhere(Func<KeyValuePair<string, (int Value, string[] Tags, ulong Number)>, bool> isRemoved)
        {
            foreach (var key in model.Where(isRemoved).Select(pair => pair.Key).ToArray())
            {
                model.Remove(key);
            }
        }
    }

    [Fact]
    public void Slide_OfTheEntryAsItIs_RaisesItsDeadline() =>
        Replay(Sliding().Slide(101, 101, "s", Noon + Hour)).Entries.ShouldBe($"s=01@101~{Noon + Hour}");

    [Fact]
    public void Slide_ThatIsEarlier_LowersNothing() =>
        Replay(Sliding().Slide(101, 101, "s", Noon - Hour)).Entries.ShouldBe($"s=01@101~{Noon}");

    [Fact]
    public void Slide_BeyondTheCap_EndsThere() =>
        Replay(Sliding(cap: Noon + 100).Slide(101, 101, "s", Noon + Hour)).Entries.ShouldBe($"s=01@101~{Noon + 100}");

    [Fact]
    public void Slide_OfAnEntryThatWasSetAgain_DoesNothing() =>
        Replay(Sliding().Set(102, 0, SegmentBuilder.NewRecord("s", 2, deadline: Noon, window: Hour)).Slide(102, 101, "s", Noon + Hour)).Entries.ShouldBe($"s=02@102~{Noon}");

    [Fact]
    public void Slide_OfAnEntryThatIsGone_DoesNothing() =>
        Replay(Sliding().Remove(102, "s").Slide(102, 101, "s", Noon + Hour)).Entries.ShouldBeEmpty();

    [Fact]
    public void Slide_OfWhatASnapshotBrought_CountsForThatEntry()
    {
        // In a snapshot's entries stands the snapshot's number, here 150; the process that wrote the note had the entry from its own commit.
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "x", 1).Slide(150, 101, "s", Noon + Hour));

        ReplayedState.Of(_home.Store.Disk, 150, [SegmentBuilder.NewRecord("s", 1, deadline: Noon, window: Hour)]).Entries.ShouldBe($"s=01@150~{Noon + Hour}");
    }

    [Fact]
    public void Slide_NotedByAnOpeningThatCameFromANewerSnapshot_CountsFromAnOlderOne()
    {
        // Recovered from nothing, since the snapshot 101 that the second opening came from is damaged: its entries had that number.
        _home.Add(Sliding(), new SegmentBuilder(2, 101, 200).Set(201, "x", 1).Slide(201, 101, "s", Noon + Hour));

        ReplayedState.Of(_home.Store.Disk).Entries.ShouldBe($"s=01@101~{Noon + Hour} x=01@201");
    }

    [Fact]
    public void Slide_BeforeTheSnapshot_IsNotTakenAgain() =>
        Replay(100 + 50, Sliding().Slide(101, 101, "s", Noon + Hour).Set(102, "x", 1), SegmentBuilder.NewRecord("s", 1, deadline: Noon, window: Hour))
            .Entries.ShouldBe($"s=01@150~{Noon}");

    [Fact]
    public void Slide_OfAnEntryThatDoesNot_DoesNothing() =>
        Replay(new SegmentBuilder(1, 0, 100).Set(101, "s", 1).Slide(101, 101, "s", Noon + Hour)).Entries.ShouldBe("s=01@101");

    [Fact]
    public void Set_MarkOfASlideInTheDeadline_IsTakenOff() =>
        Replay(new SegmentBuilder(1, 0, 100).Set(101, 0, SegmentBuilder.NewRecord("s", 1, deadline: Noon + 1, window: Hour), SegmentBuilder.NewRecord("t", 1, deadline: Noon + 1)))
            .Entries.ShouldBe($"s=01@101~{Noon} t=01@101~{Noon + 1}");

    [Fact]
    public void Claims_AreMadeAndGivenUpInTheirOrder()
    {
        var replayed = Replay(new SegmentBuilder(1, 0, 100).Claim(100, "", "one").Claim(100, "a:", "two").Claim(100, "a:", "three").Set(101, "a:1", 1).Claim(101, "a:b:", "four").Claim(101, "a:", null).Claim(101, "c:", "five"));

        replayed.Serializers.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}").ShouldBe(["=one", "c:=five"]);
    }

    [Fact]
    public void HasChanged_NotesOnly_TellsWhetherOneChangedAnything()
    {
        Changed(segment => segment).ShouldBeFalse();
        Changed(segment => segment.Slide(100, 100, "s", Noon + Hour)).ShouldBeTrue();
        Changed(segment => segment.Slide(100, 100, "s", Noon)).ShouldBeFalse("it stands there already");
        Changed(segment => segment.Slide(100, 100, "s", Noon + Hour).Slide(100, 100, "s", Noon + (2 * Hour))).ShouldBeTrue();
        Changed(segment => segment.Claim(100, "a:", "one")).ShouldBeTrue();
        Changed(segment => segment.Claim(100, "a:", "one").Claim(100, "b:", "two")).ShouldBeTrue();
        Changed(segment => segment.Claim(100, "a:", null)).ShouldBeFalse("nobody had claimed it");
        Changed(segment => segment.Set(101, "a", 1).Claim(101, "a:", "one").Claim(101, "a:", null).Slide(101, 100, "s", Noon + Hour)).ShouldBeTrue();

        bool Changed(Func<SegmentBuilder, SegmentBuilder> write)
        {
            var home = new JournalHome();
            home.Add(write(new SegmentBuilder(1, 0, 100)));
            return ReplayedState.Of(home.Store.Disk, 100, [SegmentBuilder.NewRecord("s", 1, deadline: Noon, window: Hour)]).HasChanged;
        }
    }

    [Fact]
    public void HasChanged_AClaimOfTheSnapshotGivenUp_HasChanged()
    {
        Changed(new() { ["a:"] = "one" }).ShouldBeTrue();
        Changed(new() { ["a:"] = "one", ["a:b:"] = "two" }).ShouldBeTrue();
        Changed([]).ShouldBeFalse();

        static bool Changed(Dictionary<string, string> claims)
        {
            var home = new JournalHome();
            home.Add(new SegmentBuilder(1, 0, 100).Claim(100, "a:", null));
            return ReplayedState.Of(home.Store.Disk, 100, serializers: claims).HasChanged;
        }
    }

    [Fact]
    public void Blobs_BeginAndCeaseWithTheCommitsThatSaySo()
    {
        var segment = new SegmentBuilder(1, 0, 100)
            .Set(101, 0, SegmentBuilder.NewRecord("a", 1, blob: Blob.ToString()))
            .Set(102, 0, SegmentBuilder.NewRecord("b", 1, blob: OtherBlob.ToString()))
            .Remove(103, "a")
            .Clear(104);

        Replay(segment).Ledger.ToSnapshot(104).ShouldBe([new(Blob.Value, 101, 103), new(OtherBlob.Value, 102, 104)], ignoreOrder: true);
    }

    [Fact]
    public void Set_OneKeyTwiceInACommit_TheLastCounts() =>
        Replay(new SegmentBuilder(1, 0, 100).Set(101, 0, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("a", 2))).Entries.ShouldBe("a=02@101");

    [Fact]
    public void Set_LargerThanTheReadersWindow_IsWhole()
    {
        var value = new byte[3 << 20];
        new Random(5).NextBytes(value);
        byte[] encoded = [0xc6, 0, 0x30, 0, 0, .. value];

        var replayed = Replay(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, 0, SnapshotFiles.NewRecord("large", encoded)).Set(103, "b", 2));

        replayed.Entries.ShouldBe($"a=01@101 b=02@103 large={Convert.ToHexString(encoded)}@102");
    }

    [Fact]
    public void Set_InFramesOfEverySizeAroundTheWindow_IsWhole()
    {
        // Headers and bodies that straddle the ends of windows in every way.
        var segment = new SegmentBuilder(1, 0, 100);
        var expected = new List<string>();
        for (var i = 0; i < 300; i++)
        {
            byte[] encoded = [0xc5, (byte)((6000 + i) >> 8), unchecked((byte)(6000 + i)), .. Enumerable.Repeat((byte)i, 6000 + i)];
            segment.Set(101 + (ulong)i, 0, SnapshotFiles.NewRecord($"k{i:d3}", encoded));
            expected.Add($"k{i:d3}={Convert.ToHexString(encoded)}@{101 + i}");
        }

        Replay(segment).Entries.ShouldBe(string.Join(' ', expected));
    }

    private static SegmentBuilder Sliding(long cap = 0) => new SegmentBuilder(1, 0, 100).Set(101, 0, SegmentBuilder.NewRecord("s", 1, deadline: Noon, window: Hour, cap: cap));

    private static BlobId Parse(string id) => BlobId.TryParse(Encoding.ASCII.GetBytes(id), out var parsed) ? parsed : throw new ArgumentException(id, nameof(id));

    private ReplayedState Replay(SegmentBuilder segment) => Replay(0, segment);

    private ReplayedState Replay(ulong sequence, SegmentBuilder segment, params Record[] loaded)
    {
        _home.Add(segment);
        var replayed = ReplayedState.Of(_home.Store.Disk, sequence, loaded);
        replayed.Outcome.Break.ShouldBeNull();
        replayed.Outcome.TornTail.ShouldBeNull();
        replayed.Outcome.Blemishes.ShouldBeEmpty();
        return replayed;
    }
}
