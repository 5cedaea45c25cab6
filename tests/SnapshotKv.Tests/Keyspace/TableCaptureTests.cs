using System.Runtime.CompilerServices;
using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Keyspace;

public sealed class TableCaptureTests
{
    private const long Second = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly RecordTable _table = new();
    private readonly Dictionary<TableCapture, List<string>> _taken = [];

    [Fact]
    public void EmptyTable_IsEmpty()
    {
        var capture = _table.BeginCapture();
        _table.Put(Records.Make("later", 1));

        Finish(capture).ShouldBeEmpty();
    }

    [Fact]
    public void AfterChanges_HasEveryRecordOnce()
    {
        for (var i = 0; i < 5_000; i++)
        {
            _table.Put(Records.Make($"key-{i}", i));
        }

        for (var i = 0; i < 5_000; i += 2)
        {
            _table.Remove(Records.Utf8($"key-{i}"));
        }

        var records = Finish(_table.BeginCapture());

        records.Order().ShouldBe(Enumerable.Range(0, 2_500).Select(i => $"key-{(2 * i) + 1}={Convert.ToHexString(BitConverter.GetBytes((2 * i) + 1))}").Order());
    }

    [Theory]
    [InlineData("overwrite")]
    [InlineData("remove")]
    [InlineData("commit")]
    [InlineData("add")]
    [InlineData("expire")]
    [InlineData("clear")]
    [InlineData("replace")]
    public void EverythingChangedAtOnce_IsWhatThereWasAtTheBeginning(string change)
    {
        const int count = 100_000;
        for (var i = 0; i < count; i++)
        {
            _table.Put(Records.Make($"key-{i}", i, deadline: 1));
        }

        var before = Describe(_table);
        var capture = _table.BeginCapture();
        for (var i = 0; i < 3; i++)
        {
            Take(capture);
        }

        ChangeAll(change, count);

        Finish(capture).Order().ShouldBe(before);
    }

    [Fact]
    public void ChangeOfTheHash_IsWhatThereWasAtTheBeginning()
    {
        // See RecordTableTests: all these keys meet in one slot, until the table changes its hash.
        var table = new RecordTable(KeyHasher.CreateForTest(0, 0, isStrong: false));
        var colliding = Enumerable.Range(0, 300).Select(i => Record.Create(new RecordParts { Key = new byte[8].Concat(BitConverter.GetBytes((long)i)).ToArray(), Value = [] })).ToList();
        colliding.Take(100).ToList().ForEach(record => table.Put(record));
        var before = Describe(table);
        var capture = table.BeginCapture();

        colliding.ForEach(record => table.Put(record));

        table.UsesStrongHash.ShouldBeTrue();
        Finish(capture).Order().ShouldBe(before);
    }

    [Fact]
    public void RandomChangesBetweenTheBlocks_IsWhatThereWasAtTheBeginning()
    {
        var random = FillAtRandom();
        for (var round = 0; round < 20; round++)
        {
            var before = Describe(_table);
            var capture = _table.BeginCapture();
            do
            {
                for (var changes = random.Next(30); changes > 0; changes--)
                {
                    ChangeAny(random);
                }
            }
            while (Take(capture));

            Finish(capture).Order().ShouldBe(before);
        }
    }

    [Fact]
    public void SeveralAtOnce_EachIsWhatThereWasAtItsBeginning()
    {
        var random = FillAtRandom();
        var captures = new List<(TableCapture Capture, List<string> Before)>();
        for (var round = 0; round < 400; round++)
        {
            for (var changes = random.Next(40); changes > 0; changes--)
            {
                ChangeAny(random);
            }

            if (captures.Count < 4 && random.Next(8) == 0)
            {
                captures.Add((_table.BeginCapture(), Describe(_table)));
            }

            if (captures.Count > 0 && captures[random.Next(captures.Count)] is var (capture, before) && !Take(capture))
            {
                Finish(capture).Order().ShouldBe(before);
                captures.Remove((capture, before));
            }
        }

        captures.ForEach(item => Finish(item.Capture).Order().ShouldBe(item.Before));
    }

    [Fact]
    public void SeveralAtOnce_EndedInAnyOrder_AreNotToldOfChangesAnyMore_ButTheOthersAre()
    {
        foreach (var order in new int[][] { [0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0] })
        {
            FillWithDeadlines(5_000, static _ => 0);
            var before = Describe(_table);
            var captures = Enumerable.Range(0, 3).Select(_ => _table.BeginCapture()).ToArray();
            for (var i = 0; i < order.Length; i++)
            {
                _table.CaptureCount.ShouldBe(captures.Length - i);
                _table.Put(Records.Make($"key-{i}", -1));
                if (i == order.Length - 1)
                {
                    Finish(captures[order[i]]).Order().ShouldBe(before);
                }

                captures[order[i]].End();
            }

            _table.CaptureCount.ShouldBe(0);
        }
    }

    [Fact]
    public void AllBlocksTaken_WritersAreDoneWithIt_BeforeItsEnd()
    {
        FillWithDeadlines(5_000, static _ => 0);
        var capture = _table.BeginCapture();
        _table.CaptureCount.ShouldBe(1);

        while (Take(capture))
        {
        }

        _table.CaptureCount.ShouldBe(0);
    }

    /// <param name="change">What becomes of the entries.</param>
    /// <param name="most">Of some twenty thousand that were taken: the block that was taken last, and of shards that were left behind the one that is just being taken.</param>
    [Theory]
    [InlineData("overwrite", 1_100)]
    [InlineData("clear", 5_500)]
    [InlineData("grow", 5_500)]
    public void WhatWasTaken_IsLetGoOf_WhileTheCaptureGoesOn(string change, int most)
    {
        // Several blocks in each shard, so that some are still to be taken.
        FillWithDeadlines(60_000, static _ => 0);
        var capture = _table.BeginCapture();
        var taken = TakeShards(capture);

        ChangeTaken(change);

        GC.Collect();
        taken.Count(static record => record.IsAlive).ShouldBeLessThan(most);
        Take(capture).ShouldBeTrue();
        capture.End();
    }

    [Fact]
    public void NoMemoryToKeepWhatIsChanged_TheChangeIsDone_AndTheCaptureSaysSo()
    {
        FillWithDeadlines(5_000, static _ => 5);
        var capture = _table.BeginCapture();
        var other = _table.BeginCapture();
        var before = Describe(_table);
        Take(capture).ShouldBeTrue();

        capture.GiveUp();
        FillWithDeadlines(5_000, static _ => 0);

        Should.Throw<KvStoreException>(() => Take(capture)).Message.ShouldContain("memory ran out");
        Finish(other).Order().ShouldBe(before);
        capture.End();
        _table.CaptureCount.ShouldBe(0);
        Finish(_table.BeginCapture()).Count.ShouldBe(5_000);
    }

    [Fact]
    public void LeaveOutExpired_TellsTheCountBeforehand_AndKeepsToIt()
    {
        const long now = 50 * Second;
        FillWithDeadlines(40_000, static i => i % 100 * Second);
        var expected = Describe(_table, record => !record.IsExpiredAt(now));
        var capture = _table.BeginCapture();

        capture.LeaveOutExpired(now, _gate);

        capture.Count.ShouldBe(expected.Count);
        Finish(capture).Order().ShouldBe(expected);
    }

    [Fact]
    public void GivenUp_LetsGoOfWhatWasKept()
    {
        // There is no memory, and whoever captures may be held up by the disk.
        FillWithDeadlines(5_000, static _ => 0);
        var capture = _table.BeginCapture();
        var replaced = WeakBytesOf("key-7");
        FillWithDeadlines(5_000, static _ => 0);
        GC.Collect();
        replaced.IsAlive.ShouldBeTrue();

        capture.GiveUp();

        GC.Collect();
        replaced.IsAlive.ShouldBeFalse();
        capture.End();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void LeaveOutExpired_ChangesBeforeAndAfterIt_IsWhatWasAliveOfTheBeginning(int when)
    {
        // Overwritten, taken out, swept, and added, alive and dead ones; before the dead are looked for, behind that, or at both times.
        const long now = 50 * Second;
        FillWithDeadlines(40_000, static i => i % 100 * Second);
        var expected = Describe(_table, record => !record.IsExpiredAt(now));
        var random = new Random(when);
        var capture = _table.BeginCapture();
        ChangeLives(when != 1 ? 15_000 : 0);

        capture.LeaveOutExpired(now, _gate);
        capture.Count.ShouldBe(expected.Count);
        ChangeLives(when != 0 ? 15_000 : 0);

        Finish(capture).Order().ShouldBe(expected);

        void ChangeLives(int count)
        {
            for (; count > 0; count--)
            {
                var key = $"key-{random.Next(50_000)}";
                if (random.Next(3) == 0)
                {
                    _table.Remove(Records.Utf8(key));
                }
                else
                {
                    _table.Put(Records.Make(key, random.Next(), random.Next(100) * Second));
                }
            }

            var position = default(RecordTable.SweepPosition);
            _table.RemoveExpired(ref position, now, new Record[500]);
        }
    }

    [Fact]
    public void LeaveOutExpired_EntrySlidOnAfterIt_StaysOut()
    {
        // A read that asked for the time earlier may do that; the number of the entries is written by then.
        _table.Put(Sliding("slid", 10));
        _table.Put(Sliding("rests", 10));
        _table.Put(Sliding("alive", 200));
        var capture = _table.BeginCapture();
        capture.LeaveOutExpired(100, _gate);

        _table.Find(Records.Utf8("slid")).TryMoveDeadline(10, 500).ShouldBeTrue();

        capture.Count.ShouldBe(1);
        Finish(capture).ShouldHaveSingleItem().ShouldStartWith("alive");
    }

    [Fact]
    public void LeaveOutExpired_SweeperMovedTheSecondOfASlidEntry_FindsIt()
    {
        _table.Put(Sliding("k", 10 * Second));
        _table.Find(Records.Utf8("k")).TryMoveDeadline(10 * Second, 40 * Second).ShouldBeTrue();
        for (var position = default(RecordTable.SweepPosition); !position.IsAtEnd;)
        {
            _table.RemoveExpired(ref position, 20 * Second, new Record[8]).ShouldBe(0);
        }

        var capture = _table.BeginCapture();
        capture.LeaveOutExpired(40 * Second, _gate);
        capture.Count.ShouldBe(0);
        Finish(capture).ShouldBeEmpty();
    }

    /// <param name="keys">So few that a shard has one block, which is taken while the writer is in it; or many.</param>
    /// <param name="rounds">How many captures.</param>
    [Theory]
    [InlineData(20_000, 15)]
    [InlineData(500, 250)]
    public void BesideAWriter_IsTheStateBetweenTwoCommits(int keys, int rounds)
    {
        // Every commit adds one to one key and takes one from another, so that the sum stays; sometimes keys come and go in pairs that cancel out.
        for (var i = 0; i < keys; i++)
        {
            _table.Put(Records.Make($"key-{i}", 100));
        }

        using var writer = new BusyWriter(self => MoveAbout(keys, self));
        for (var round = 0; round < rounds; round++)
        {
            TableCapture capture;
            int expected;
            lock (_gate)
            {
                expected = _table.Count;
                capture = _table.BeginCapture();
            }

            capture.Count.ShouldBe(expected);
            var records = new List<Record>();
            for (var block = capture.NextBlock(_gate); !block.IsEmpty; block = capture.NextBlock(_gate))
            {
                records.AddRange(block);
            }

            records.Count.ShouldBe(expected);
            records.Sum(record => (long)Records.Number(record)).ShouldBe(100L * keys);
            records.Select(record => Encoding.UTF8.GetString(record.Key)).Distinct().Count().ShouldBe(expected);
        }

    }

    [Fact]
    public void CommitThatFailedHalfWay_IsRefused_UntilTheEntriesAreReplaced()
    {
        _table.Put(Records.Make("a", 1));

        // By itself nothing but a lack of memory fails there; a key that comes twice, against the rules, does too.
        Should.Throw<InvalidCastException>(() => _table.Apply([new(Records.Make("a", 2)), new(Records.Make("a", 3))]));

        Should.Throw<KvStoreException>(() => _table.BeginCapture()).Message.ShouldContain("open the store again");
        _table.Clear();
        _table.Put(Records.Make("b", 1));
        Finish(_table.BeginCapture()).Count.ShouldBe(1);
    }

    [Fact]
    public void End_InTheMiddle_LetsTheNextOneBegin()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _table.Put(Records.Make($"key-{i}", i));
        }

        var first = _table.BeginCapture();
        Take(first).ShouldBeTrue();
        first.End();
        first.End();
        _table.Put(Records.Make("key-7", -7));

        Finish(_table.BeginCapture()).Order().ShouldBe(Describe(_table));
    }

    /// <summary>Makes commit after commit until it is told to stop.</summary>
    private void MoveAbout(int keys, BusyWriter writer)
    {
        var random = new Random(1);
        var extra = 0;
        while (writer.GoesOn())
        {
            // Whoever captures is to get in between two commits: the gate is given to whoever comes first.
            Thread.SpinWait(random.Next(200));
            lock (_gate)
            {
                var (from, to) = (random.Next(keys), random.Next(keys - 1));
                to += to >= from ? 1 : 0;
                _table.Apply([Moved(from, -1), Moved(to, 1)]);
                if (random.Next(4) == 0)
                {
                    _table.Apply([new(Records.Make($"plus-{extra}", 5)), new(Records.Make($"minus-{extra}", -5))]);
                    extra++;
                }
                else if (extra > 0 && random.Next(4) == 0)
                {
                    extra--;
                    _table.Apply([new(Records.Utf8($"plus-{extra}")), new(Records.Utf8($"minus-{extra}"))]);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference WeakBytesOf(string key) => new(_table.Find(Records.Utf8(key)).Bytes);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ChangeTaken(string change)
    {
        switch (change)
        {
            case "overwrite":
                FillWithDeadlines(60_000, static _ => 0);
                break;
            case "clear":
                _table.Clear();
                break;
            default:
                FillWithDeadlines(130_000, static _ => 0);
                break;
        }
    }

    /// <summary>Takes shards until some are left, and tells which records were in them. In a method of its own, so that nothing here holds them afterwards.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private List<WeakReference> TakeShards(TableCapture capture)
    {
        var records = new List<WeakReference>();
        while (records.Count < 20_000)
        {
            foreach (var record in capture.NextBlock(_gate))
            {
                records.Add(new(record.Bytes));
            }
        }

        return records;
    }

    private TableChange Moved(int key, int by) => new(Records.Make($"key-{key}", Records.Number(_table.Find(Records.Utf8($"key-{key}"))) + by));

    private void ChangeAll(string change, int count)
    {
        var keys = Enumerable.Range(0, count).Select(i => $"key-{i}").ToList();
        switch (change)
        {
            case "overwrite":
                keys.ForEach(key => _table.Put(Records.Make(key, -1)));
                break;
            case "remove":
                keys.ForEach(key => _table.Remove(Records.Utf8(key)));
                break;
            case "commit":
                _table.Apply(keys.Select((key, i) => i % 2 == 0 ? new TableChange(Records.Utf8(key)) : new TableChange(Records.Make(key, -1))).ToArray());
                break;
            case "add":
                keys.ForEach(key => _table.Put(Records.Make($"more-{key}", -1)));
                break;
            case "expire":
                var removed = new Record[1_000];
                for (var position = default(RecordTable.SweepPosition); !position.IsAtEnd;)
                {
                    _table.RemoveExpired(ref position, 2, removed);
                }

                _table.Count.ShouldBe(0);
                break;
            case "clear":
                _table.Clear();
                keys.ForEach(key => _table.Put(Records.Make(key, -1)));
                break;
            default:
                var other = new RecordTable();
                other.Put(Records.Make("other", -1));
                _table.ReplaceWith(other);
                keys.ForEach(key => _table.Put(Records.Make(key, -1)));
                break;
        }
    }

    private void ChangeAny(Random random)
    {
        string Key() => $"key-{random.Next(40_000)}";
        switch (random.Next(5))
        {
            case 0:
                _table.Remove(Records.Utf8(Key()));
                break;
            case 1:
                _table.Apply(Enumerable.Range(0, 3).Select(_ => Key()).Distinct()
                    .Select(key => random.Next(2) == 0 ? new TableChange(Records.Utf8(key)) : new TableChange(Records.Make(key, random.Next()))).ToArray());
                break;
            default:
                _table.Put(Records.Make(Key(), random.Next()));
                break;
        }
    }

    /// <summary>Takes a block.</summary>
    private bool Take(TableCapture capture)
    {
        var taken = _taken.TryGetValue(capture, out var sofar) ? sofar : _taken[capture] = [];
        var block = capture.NextBlock(_gate);
        foreach (var record in block)
        {
            taken.Add(Describe(record));
        }

        return !block.IsEmpty;
    }

    /// <summary>All that a capture has handed over, once it has handed over the rest.</summary>
    private List<string> Finish(TableCapture capture)
    {
        while (Take(capture))
        {
        }

        capture.End();
        _taken[capture].Count.ShouldBe(capture.Count);
        return _taken[capture];
    }

    /// <returns>What the changes that follow are drawn from.</returns>
    private Random FillAtRandom()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 30_000; i++)
        {
            ChangeAny(random);
        }

        return random;
    }

    private void FillWithDeadlines(int count, Func<int, long> deadline)
    {
        for (var i = 0; i < count; i++)
        {
            _table.Put(Records.Make($"key-{i}", i, deadline(i)));
        }
    }

    private static Record Sliding(string key, long deadline) =>
        Record.Create(new RecordParts { Key = Records.Utf8(key), Value = [1], Deadline = deadline, SlidingWindow = Second });

    private static List<string> Describe(RecordTable table, Func<Record, bool>? which = null) => [.. table.EnumerateRecords().Where(which ?? (static _ => true)).Select(Describe).Order()];

    private static string Describe(Record record) => $"{Encoding.UTF8.GetString(record.Key)}={Convert.ToHexString(record.Value)}";
}
