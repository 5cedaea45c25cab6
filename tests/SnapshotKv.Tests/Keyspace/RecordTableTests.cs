using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Keyspace;

public sealed class RecordTableTests
{
    [Fact]
    public void Find_EmptyTable_IsNone()
    {
        var table = new RecordTable();

        table.Find("missing"u8).IsNull.ShouldBeTrue();
        table.Find([]).IsNull.ShouldBeTrue();
        table.Count.ShouldBe(0);
    }

    [Fact]
    public void Put_SameKeyTwice_ReturnsWhatWasThere()
    {
        var table = new RecordTable();

        table.Put(Records.Make("k", 1)).IsNull.ShouldBeTrue();
        Records.Number(table.Put(Records.Make("k", 2))).ShouldBe(1);

        Records.Number(table.Find("k"u8)).ShouldBe(2);
        table.Count.ShouldBe(1);
    }

    [Fact]
    public void Remove_ThenPutAgain_FindsTheNewOne()
    {
        var table = new RecordTable();
        table.Put(Records.Make("k", 1));

        Records.Number(table.Remove("k"u8)).ShouldBe(1);
        table.Find("k"u8).IsNull.ShouldBeTrue();
        table.Remove("k"u8).IsNull.ShouldBeTrue();
        table.Put(Records.Make("k", 2)).IsNull.ShouldBeTrue();

        Records.Number(table.Find("k"u8)).ShouldBe(2);
        table.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20_000)]
    public void PutAndRemove_RandomKeys_AgreeWithADictionary(int keys)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var table = new RecordTable();
        var model = new Dictionary<string, int>();
        for (var step = 0; step < 60_000; step++)
        {
            var key = $"key-{random.Next(keys)}";
            if (random.Next(3) == 0)
            {
                table.Remove(Records.Utf8(key)).IsNull.ShouldBe(!model.Remove(key));
            }
            else
            {
                table.Put(Records.Make(key, step));
                model[key] = step;
            }
        }

        table.Count.ShouldBe(model.Count);
        for (var i = 0; i < keys; i++)
        {
            var found = table.Find(Records.Utf8($"key-{i}"));
            if (model.TryGetValue($"key-{i}", out var expected))
            {
                Records.Number(found).ShouldBe(expected);
            }
            else
            {
                found.IsNull.ShouldBeTrue();
            }
        }
    }

    [Fact]
    public void Put_KeysThatCollide_ChangesToTheStrongHashAndKeepsAll()
    {
        // With both secrets 0 the fold of a key whose halves repeat is 0, so all these keys meet in one slot.
        var table = new RecordTable(KeyHasher.CreateForTest(0, 0, isStrong: false));
        var keys = Enumerable.Range(0, 300).Select(i => new byte[8].Concat(BitConverter.GetBytes((long)i)).ToArray()).ToArray();
        foreach (var key in keys)
        {
            table.Put(Record.Create(new RecordParts { Key = key, Value = key }));
        }

        table.UsesStrongHash.ShouldBeTrue();
        table.Count.ShouldBe(keys.Length);
        foreach (var key in keys)
        {
            table.Find(key).Value.ToArray().ShouldBe(key);
        }
    }

    [Fact]
    public void Put_ManyOrdinaryKeys_KeepsTheFastHash()
    {
        var table = new RecordTable();
        for (var i = 0; i < 200_000; i++)
        {
            table.Put(Records.Make($"key:{i}"));
        }

        table.UsesStrongHash.ShouldBeFalse();
    }

    [Fact]
    public void Counts_ThroughChangesOfKind_AreKept()
    {
        var table = new RecordTable();
        table.Put(Records.Make("a", deadline: 5));
        table.Put(Records.Make("b"));
        table.Put(Record.Create(new RecordParts { Key = [0xff], Flags = RecordFlags.OpaqueKey }));
        (table.Count, table.ExpiringCount, table.OpaqueCount).ShouldBe((3, 1, 1));

        table.Put(Records.Make("a"));
        table.Put(Records.Make("b", deadline: 5));
        (table.Count, table.ExpiringCount, table.OpaqueCount).ShouldBe((3, 1, 1));

        table.Remove("b"u8);
        table.Remove([0xff]);
        (table.Count, table.ExpiringCount, table.OpaqueCount).ShouldBe((1, 0, 0));

        table.Clear();
        (table.Count, table.ExpiringCount, table.OpaqueCount).ShouldBe((0, 0, 0));
    }

    [Fact]
    public void Apply_SetsAndRemovals_AreCarriedOutTogether()
    {
        var table = new RecordTable();
        table.Put(Records.Make("changed", 1));
        table.Put(Records.Make("removed", 1));
        var changes = new TableChange[]
        {
            new(Records.Make("changed", 2)),
            new(Records.Make("added", 2)),
            new(Records.Utf8("removed")),
            new(Records.Utf8("never there")),
        };

        table.Apply(changes);

        Records.Number(table.Find("changed"u8)).ShouldBe(2);
        Records.Number(table.Find("added"u8)).ShouldBe(2);
        table.Find("removed"u8).IsNull.ShouldBeTrue();
        table.Find("never there"u8).IsNull.ShouldBeTrue();
        table.Count.ShouldBe(2);
        changes.Select(change => change.Before.IsNull).ShouldBe([false, true, false, true]);
    }

    [Fact]
    public void Apply_ManyKeysAgain_ReusesThePlacesOfTheRemoved()
    {
        var table = new RecordTable();
        for (var round = 0; round < 50; round++)
        {
            var added = Enumerable.Range(0, 500).Select(i => new TableChange(Records.Make($"{round}-{i}", i))).ToArray();
            table.Apply(added);
            table.Count.ShouldBe(500);
            table.Apply(Enumerable.Range(0, 500).Select(i => new TableChange(Records.Utf8($"{round}-{i}"))).ToArray());
            table.Count.ShouldBe(0);
        }

        // Places of removed entries are taken again: 500 entries never need more than this.
        table.SlotCount.ShouldBeLessThanOrEqualTo(16 * 256);
    }

    [Fact]
    public void Apply_RemovalsOnly_NeedNoRoom()
    {
        var table = new RecordTable();
        for (var i = 0; i < 10_000; i++)
        {
            table.Put(Records.Make($"{i}", i));
        }

        var slots = table.SlotCount;
        table.Apply(Enumerable.Range(0, 20_000).Select(static i => new TableChange(Records.Utf8($"{i}"))).ToArray());

        table.Count.ShouldBe(0);
        table.SlotCount.ShouldBe(slots);
    }

    [Fact]
    public async Task Find_WhileCommitsOfSeveralKeysRun_SeesEachWholeOnceItHasSeenAPart()
    {
        // Writers set all keys to one number in one commit; a reader that saw the number n under one key must not see less under another.
        var table = new RecordTable();
        byte[][] keys = [.. Enumerable.Range(0, 8).Select(i => Records.Utf8($"key-{i}"))];
        table.Apply(keys.Select(key => new TableChange(Record.Create(new RecordParts { Key = key, Value = BitConverter.GetBytes(0) }))).ToArray());
        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            // The key that is changed first, then the one that is changed last: a commit that is seen key by key shows here.
            while (!done.IsCancellationRequested)
            {
                var first = Records.Number(table.Find(keys[0]));
                var second = Records.Number(table.Find(keys[^1]));
                if (second < first)
                {
                    Assert.Fail($"saw {first} under the first key and then {second} under the last");
                }
            }
        }, TestContext.Current.CancellationToken);

        for (var number = 1; number <= 20_000; number++)
        {
            table.Apply(keys.Select(key => new TableChange(Record.Create(new RecordParts { Key = key, Value = BitConverter.GetBytes(number) }))).ToArray());
        }

        await done.CancelAsync();
        await reader;
    }

    [Fact]
    public async Task Find_WhileTheTableGrowsAndShrinks_NeverMissesAKeyThatIsThere()
    {
        var table = new RecordTable();
        byte[][] settled = [.. Enumerable.Range(0, 100).Select(i => Records.Utf8($"settled-{i}"))];
        foreach (var key in settled)
        {
            table.Put(Record.Create(new RecordParts { Key = key, Value = key }));
        }

        using var done = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            for (var i = 0; !done.IsCancellationRequested; i++)
            {
                var key = settled[i % settled.Length];
                table.Find(key).Value.SequenceEqual(key).ShouldBeTrue();
            }
        }, TestContext.Current.CancellationToken);

        for (var round = 0; round < 6; round++)
        {
            for (var i = 0; i < 30_000; i++)
            {
                table.Put(Records.Make($"{round}-{i}"));
            }

            for (var i = 0; i < 30_000; i++)
            {
                table.Remove(Records.Utf8($"{round}-{i}"));
            }
        }

        await done.CancelAsync();
        await reader;
    }

    [Fact]
    public void RemoveExpired_DeadAliveAndSlid_RemovesOnlyTheDead()
    {
        const long Second = 1_000_000_000;
        var table = new RecordTable();
        table.Put(Records.Make("dead", deadline: 10 * Second));
        table.Put(Records.Make("past all time", deadline: -1));
        table.Put(Records.Make("for ever"));
        table.Put(Records.Make("later", deadline: 30 * Second));
        table.Put(Records.Make("later this second", deadline: (20 * Second) + 1));
        var slid = Records.Make("slid", deadline: 10 * Second);
        table.Put(slid);
        slid.TryMoveDeadline(10 * Second, 40 * Second).ShouldBeTrue();

        Sweep(table, 20 * Second).ShouldBe(["dead", "past all time"], ignoreOrder: true);
        Sweep(table, 20 * Second).ShouldBeEmpty();
        Sweep(table, 30 * Second).ShouldBe(["later", "later this second"], ignoreOrder: true);
        Sweep(table, 40 * Second).ShouldBe(["slid"]);
        table.Count.ShouldBe(1);
    }

    [Fact]
    public void RemoveExpired_MoreThanTheSpanTakes_StopsAndGoesOn()
    {
        var table = new RecordTable();
        for (var i = 0; i < 10_000; i++)
        {
            table.Put(Records.Make($"key-{i}", deadline: 1));
        }

        var removed = new Record[4];
        var total = 0;
        for (var position = default(RecordTable.SweepPosition); !position.IsAtEnd;)
        {
            total += table.RemoveExpired(ref position, 2, removed);
        }

        total.ShouldBe(10_000);
        table.Count.ShouldBe(0);
    }

    [Fact]
    public void CountLive_DeadlinesSlidOrPassed_IsWhatReadersWouldFind()
    {
        const long second = 1_000_000_000;
        var table = new RecordTable();
        table.Put(Records.Make("forever", 1));
        table.Put(Records.Make("passed", 2, deadline: 5 * second));
        table.Put(Records.Make("in this second", 3, deadline: (7 * second) + 1));
        table.Put(Records.Make("to come", 4, deadline: 9 * second));
        table.Put(Records.Make("slid", 5, deadline: 5 * second));
        table.Find(Records.Utf8("slid")).TryMoveDeadline(5 * second, 8 * second).ShouldBeTrue();
        table.Put(Records.Make("removed", 6, deadline: 5 * second));
        table.Remove(Records.Utf8("removed"));

        table.CountLive(7 * second).ShouldBe(4);
        table.CountLive((7 * second) + 1).ShouldBe(3);
        table.CountLive(long.MaxValue).ShouldBe(1);
        table.CountLive(0).ShouldBe(5);
    }

    [Fact]
    public void Clear_ReturnsTheFormerEntries()
    {
        var table = new RecordTable();
        table.Put(Records.Make("kept", 1, deadline: 5));
        table.Put(Records.Make("too", 2));

        var former = table.Clear();
        table.Put(Records.Make("new", 3));

        former.EnumerateRecords().Select(Records.Number).Order().ShouldBe([1, 2]);
        (former.Count, former.ExpiringCount).ShouldBe((2, 1));
        table.EnumerateRecords().Select(Records.Number).ShouldBe([3]);
        (table.Count, table.ExpiringCount).ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_000)]
    [InlineData(120_000)]
    public void Load_ManyEntriesSomeTwice_IsTheTableThatPuttingThemMakes(int count)
    {
        var entries = new LoadedEntries(KeyHasher.CreateFast());
        var put = new RecordTable();
        foreach (var record in Enumerable.Range(0, count).Select(i => Make(i, i)).Concat(Enumerable.Range(0, count / 10).Select(i => Make(i * 7, -i))))
        {
            entries.Add(record);
            put.Put(record);
        }

        var loaded = RecordTable.Load(entries);

        (loaded.Count, loaded.ExpiringCount, loaded.OpaqueCount).ShouldBe((put.Count, put.ExpiringCount, put.OpaqueCount));
        for (var i = 0; i < count; i++)
        {
            loaded.Find(Records.Utf8($"key-{i}")).Bytes.ShouldBeSameAs(put.Find(Records.Utf8($"key-{i}")).Bytes);
        }

        static Record Make(int key, int value) => Record.Create(new RecordParts
        {
            Key = Records.Utf8($"key-{key}"),
            Value = BitConverter.GetBytes(value),
            Deadline = value % 3 == 0 ? 5 : 0,
            Flags = value % 5 == 0 ? RecordFlags.OpaqueKey : RecordFlags.None,
        });
    }

    [Fact]
    public void Load_KeysThatCollide_ChangesToTheStrongHashAndKeepsAll()
    {
        var entries = new LoadedEntries(KeyHasher.CreateForTest(0, 0, isStrong: false));
        var keys = Enumerable.Range(0, 300).Select(i => new byte[8].Concat(BitConverter.GetBytes((long)i)).ToArray()).ToArray();
        foreach (var key in keys)
        {
            entries.Add(Record.Create(new RecordParts { Key = key, Value = key }));
        }

        var table = RecordTable.Load(entries);

        table.UsesStrongHash.ShouldBeTrue();
        table.Count.ShouldBe(300);
        keys.ShouldAllBe(key => !table.Find(key).IsNull);
    }

    private static List<string> Sweep(RecordTable table, long now)
    {
        var removed = new Record[16];
        var keys = new List<string>();
        for (var position = default(RecordTable.SweepPosition); !position.IsAtEnd;)
        {
            var count = table.RemoveExpired(ref position, now, removed);
            keys.AddRange(removed.Take(count).Select(record => System.Text.Encoding.UTF8.GetString(record.Key)));
        }

        return keys;
    }
}
