using SnapshotKv.Blobs;
using SnapshotKv.Tests.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobLedgerTests
{
    private readonly BlobId _a = NewId(1);
    private readonly BlobId _b = NewId(2);

    [Fact]
    public void FindDeletable_LiveBlob_NeverIsWhateverSnapshotsThereAre()
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 5);

        ledger.FindDeletable([]).ShouldBeEmpty();
        ledger.FindDeletable([1, 5, 9]).ShouldBeEmpty();
        ledger.HasRetired.ShouldBeFalse();
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("4", true)]
    [InlineData("5", false)]
    [InlineData("7", false)]
    [InlineData("8", true)]
    [InlineData("4 8", true)]
    [InlineData("0 4 6 8", false)]
    public void FindDeletable_Retired_OnlyWhenNoSnapshotFallsIntoItsLife(string retained, bool isDeletable)
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 5);
        ledger.Note(With(_a), With(_b), 8);

        ledger.FindDeletable(Numbers(retained)).ShouldBe(isDeletable ? [_a] : []);
    }

    [Fact]
    public void FindDeletable_RetiredWhereAKeptJournalMayLeadBackTo_IsKept()
    {
        var ledger = BlobLedger.Load([new(_a.Value, 3, 5)], [], 10);

        ledger.FindDeletable([10], keptFrom: 4).ShouldBeEmpty();
        ledger.FindDeletable([10], keptFrom: 5).ShouldBe([_a]);
    }

    [Fact]
    public void FindDeletable_CreationUnknown_IsKeptForGosSnapshotsToo()
    {
        var ledger = BlobLedger.Load([], [_a], 0);
        ledger.Note(With(_a), default, 8);

        ledger.FindDeletable([0, 9]).ShouldBeEmpty();
        ledger.FindDeletable([8, 9]).ShouldBe([_a]);
    }

    [Fact]
    public void Note_SameBlobInBoth_ChangesNothing()
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 5);
        ledger.Note(With(_a), With(_a), 6);
        ledger.Note(With(_a), default, 7);

        ledger.ToSnapshot(9).ShouldBe([new(_a.Value, 5, 7)]);
    }

    [Fact]
    public void Note_BlobMovesToAnotherKeyInOneCommit_LivesOn()
    {
        foreach (var isRemovedFirst in new[] { true, false })
        {
            var ledger = new BlobLedger();
            ledger.Note(default, With(_a), 5);
            ledger.Note(isRemovedFirst ? With(_a) : default, isRemovedFirst ? default : With(_a), 6);
            ledger.Note(isRemovedFirst ? default : With(_a), isRemovedFirst ? With(_a) : default, 6);

            ledger.ToSnapshot(9).ShouldBe([new(_a.Value, 5, 0)]);
        }
    }

    [Fact]
    public void Note_TwoEntriesReferToOneBlob_RetiresWithTheSecond()
    {
        var ledger = BlobLedger.Load([], [_a, _a], 3);
        ledger.Note(With(_a), default, 4);
        ledger.HasRetired.ShouldBeFalse();
        ledger.Note(With(_a), default, 5);

        ledger.ToSnapshot(9).ShouldBe([new(_a.Value, 0, 5)]);
    }

    [Fact]
    public void Note_ReferenceThatIsNoId_IsPassedOver()
    {
        var ledger = new BlobLedger();
        ledger.Note(SnapshotFiles.NewRecord("k", [1], blob: "../../x"), SnapshotFiles.NewRecord("k", [1], blob: "../../y"), 1);

        ledger.ToSnapshot(9).ShouldBeEmpty();
    }

    [Fact]
    public void Note_RetiredBlobComesBack_HasLivedAllTheTime()
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 2);
        ledger.Note(With(_a), default, 4);
        ledger.Note(default, With(_a), 9);

        ledger.ToSnapshot(9).ShouldBe([new(_a.Value, 2, 0)]);
        ledger.FindDeletable([]).ShouldBeEmpty();
    }

    [Fact]
    public void RetireAll_EverythingLive_IsRetired()
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 2);
        ledger.Note(default, With(_b), 3);
        ledger.RetireAll(7);

        ledger.ToSnapshot(9).ShouldBe([new(_a.Value, 2, 7), new(_b.Value, 3, 7)], ignoreOrder: true);
        ledger.FindDeletable([7]).ShouldBe([_a, _b], ignoreOrder: true);
    }

    [Fact]
    public void ToSnapshot_OfAnEarlierCapture_TellsWhatWasSoThen()
    {
        var ledger = new BlobLedger();
        ledger.Note(default, With(_a), 2);
        ledger.Note(With(_a), With(_b), 4);

        ledger.ToSnapshot(1).ShouldBeEmpty();
        ledger.ToSnapshot(3).ShouldBe([new(_a.Value, 2, 0)]);
        ledger.ToSnapshot(4).ShouldBe([new(_a.Value, 2, 4), new(_b.Value, 4, 0)], ignoreOrder: true);
    }

    [Fact]
    public void Flight_UntilItEnds_IsKnownAndNeverDeletable()
    {
        var ledger = new BlobLedger();
        ledger.BeginFlight(_a);
        ledger.Knows(_a).ShouldBeTrue();

        ledger.Note(default, With(_a), 1);
        ledger.Note(With(_a), default, 2);
        ledger.FindDeletable([]).ShouldBeEmpty();
        ledger.EndFlight(_a).ShouldBeTrue();
        ledger.FindDeletable([]).ShouldBe([_a]);
    }

    [Fact]
    public void EndFlight_NoCommitReferredToIt_SaysSoAndForgets()
    {
        var ledger = new BlobLedger();
        ledger.BeginFlight(_a);

        ledger.EndFlight(_a).ShouldBeFalse();
        ledger.Knows(_a).ShouldBeFalse();
    }

    [Fact]
    public void Abandon_FileNobodyReferredTo_IsDeletableAndNeverTold()
    {
        var ledger = new BlobLedger();
        ledger.BeginFlight(_a);
        ledger.Abandon(_a);

        ledger.FindDeletable([0, 5, ulong.MaxValue - 1]).ShouldBe([_a]);
        ledger.ToSnapshot(ulong.MaxValue - 1).ShouldBeEmpty();
        ledger.Forget(_a);
        ledger.Knows(_a).ShouldBeFalse();
    }

    [Fact]
    public void KeepForOlder_Unknown_IsKeptUntilAllSnapshotsThereAreHaveGone()
    {
        var ledger = BlobLedger.Load([], [_b], 20);
        ledger.KeepForOlder(_a, 20);
        ledger.KeepForOlder(_b, 20);

        ledger.FindDeletable([0]).ShouldBeEmpty();
        ledger.FindDeletable([20, 21]).ShouldBeEmpty();
        ledger.FindDeletable([21]).ShouldBe([_a]);
    }

    [Fact]
    public void Load_ToldAndReferredToDisagree_TheReferencesAreBelieved()
    {
        var expired = NewId(3);
        var retired = NewId(4);
        var ledger = BlobLedger.Load(
            [new(_a.Value, 3, 0), new(expired.Value, 4, 0), new(retired.Value, 2, 6), new(_b.Value, 5, 9)],
            [_a, _b],
            sequence: 10);

        // What stands there as live without an entry had expired when the snapshot was made; an older one may still have the entry.
        ledger.ToSnapshot(11).ShouldBe(
            [new(_a.Value, 3, 0), new(_b.Value, 5, 0), new(expired.Value, 4, 11), new(retired.Value, 2, 6)], ignoreOrder: true);
    }

    [Fact]
    public void Load_OneBlobToldTwice_KeepsTheLongerLife()
    {
        var ledger = BlobLedger.Load([new(_a.Value, 3, 5), new(_a.Value, 2, 4)], [], 10);

        ledger.ToSnapshot(11).ShouldBe([new(_a.Value, 2, 5)]);
    }

    [Fact]
    public void Load_CreatedAfterTheSnapshotThatTells_CountsAsCreatedLongAgo()
    {
        var ledger = BlobLedger.Load([new(_a.Value, ulong.MaxValue, 0)], [_a], 10);
        ledger.Note(With(_a), default, 20);

        ledger.FindDeletable([10]).ShouldBeEmpty();
        ledger.FindDeletable([20]).ShouldBe([_a]);
    }

    [Fact]
    public void Load_DamagedSnapshotSetAside_NothingItMayReferToIsDeletable()
    {
        var ledger = BlobLedger.Load([new(_a.Value, 3, 5)], [], 10);
        ledger.HoldThrough(100);
        ledger.Note(default, With(_b), 101);
        ledger.Note(With(_b), default, 102);

        ledger.FindDeletable([]).ShouldBe([_b]);
    }

    /// <summary>The rule, against a model that remembers which snapshot referred to which blob: nothing needed goes, and what nobody needs goes in the end.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void FindDeletable_RandomHistories_AgreesWithWhatTheSnapshotsReferTo(int seed)
    {
        var random = new Random(seed);
        var ledger = new BlobLedger();
        var entries = new Dictionary<int, BlobId>();
        var snapshots = new SortedDictionary<ulong, HashSet<BlobId>>();
        var files = new HashSet<BlobId>();
        for (ulong sequence = 1, made = 0; sequence < 3000; sequence++)
        {
            var key = random.Next(8);
            entries.Remove(key, out var before);
            BlobId after = default;
            if (random.Next(4) > 0)
            {
                after = random.Next(10) == 0 && entries.Count > 0 ? entries.Values.First() : NewId(100 + (int)made++);
                entries[key] = after;
                files.Add(after);
            }

            ledger.Note(With(before), With(after), sequence);
            if (random.Next(5) == 0)
            {
                if (random.Next(4) == 0)
                {
                    // A new process: what it knows is what the snapshot tells.
                    ledger = BlobLedger.Load(ledger.ToSnapshot(sequence), entries.Values, sequence);
                }

                snapshots[sequence] = [.. entries.Values];
                while (snapshots.Count > 3)
                {
                    snapshots.Remove(snapshots.Keys.ElementAt(random.Next(2)));
                }

                foreach (var id in ledger.FindDeletable([.. snapshots.Keys]))
                {
                    (entries.ContainsValue(id) || snapshots.Values.Any(set => set.Contains(id))).ShouldBeFalse($"seed {seed}, commit {sequence}: {id} is needed");
                    files.Remove(id).ShouldBeTrue();
                    ledger.Forget(id);
                }

                files.Where(id => !entries.ContainsValue(id) && !snapshots.Values.Any(set => set.Contains(id)))
                    .ShouldBeEmpty($"seed {seed}, commit {sequence}: nobody needs these");
            }
        }

        files.Count.ShouldBeLessThan(100);
    }

    private static BlobId NewId(int number) => new(new Guid(number, 0, 0x7000, 0x80, 0, 0, 0, 0, 0, 0, 1));

    private static Record With(BlobId id) => id == default ? default : BlobHome.RecordWith(id);

    private static ulong[] Numbers(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(ulong.Parse)];
}
