using System.Globalization;
using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Restores;

/// <summary>What is committed between the capture and the commit of a restore: outside of its scope all of it stays, inside none.</summary>
public sealed class CommitPipelineRestoreTests
{
    private readonly CommitPipeline _pipeline;

    public CommitPipelineRestoreTests()
    {
        var clock = new KvClock(new ManualTimeProvider());
        _pipeline = new CommitPipeline(new RecordTable(), clock, 100, new ChangeFeed(new InlineScheduler(), new CollectingLogger()), new BlobLedger(), journal: null);
    }

    [Fact]
    public void TryRestore_RandomCommitsMeanwhile_KeepsAllThatAreOutsideTheScope()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var model = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; round < 200; round++)
        {
            var prefix = random.Next(3) switch { 0 => "", 1 => "p", _ => "p:1" };
            string[] guarded = random.Next(2) == 0 ? [] : ["p:13"];
            var restored = Enumerable.Range(0, random.Next(40)).Select(_ => Key(random)).Distinct().ToDictionary(key => key, _ => random.Next(1000), StringComparer.Ordinal);
            for (var i = random.Next(50); i > 0; i--)
            {
                Change(random, model);
            }

            var restore = Prepare(prefix, guarded, restored);
            _pipeline.BuildRestore(restore);
            for (var i = random.Next(3) == 0 ? 0 : random.Next(600); i > 0; i--)
            {
                Change(random, model);
                if (random.Next(200) == 0)
                {
                    _pipeline.CatchUp(restore);
                }
            }

            if (random.Next(10) == 0)
            {
                _pipeline.TryClear(false, out _);
                model.Clear();
            }

            var step = _pipeline.TryRestore(restore, false, mayBuildInGate: false, static () => true, out var number);
            if (step == RestoreStep.Outdated)
            {
                restore.Backlog!.IsLost.ShouldBeTrue();
                step = _pipeline.TryRestore(restore, false, mayBuildInGate: true, static () => true, out number);
            }

            step.ShouldBe(RestoreStep.Committed);
            _pipeline.EndRestore();
            foreach (var key in model.Keys.Where(key => IsIn(key, prefix, guarded)).ToList())
            {
                model.Remove(key);
            }

            foreach (var (key, value) in restored.Where(item => IsIn(item.Key, prefix, guarded)))
            {
                model[key] = value;
            }

            Contents().ShouldBe(string.Join(' ', model.Select(item => $"{item.Key}={item.Value}")), $"seed {seed}, round {round}");
            _pipeline.Table.Count.ShouldBe(model.Count);
            _pipeline.Sequence.ShouldBe(number);
        }
    }

    [Fact]
    public void TryRestore_ClearedAfterItsBlobsWereRecalled_IsOutdatedUntilTheyAreRecalledAnew()
    {
        Set("b", 1);
        var id = new BlobId(Guid.NewGuid());
        var sink = new TableSink();
        sink.Add(NewRecord("a", 1));
        var restore = new PreparedRestore(RestoreScope.Create([], [], out _), sink.Entries, [id], []) { RecalledAt = _pipeline.Blobs.Recall([id]) };
        _pipeline.BuildRestore(restore);
        _pipeline.TryClear(false, out _);

        _pipeline.TryRestore(restore, false, mayBuildInGate: true, static () => true, out _).ShouldBe(RestoreStep.Outdated);
        restore.RecalledAt = _pipeline.Blobs.Recall([id]);
        _pipeline.TryRestore(restore, false, mayBuildInGate: true, static () => true, out var number).ShouldBe(RestoreStep.Committed);

        _pipeline.Blobs.ToSnapshot(number).ShouldBe([new(id.Value, 0, 0)]);
        _pipeline.Blobs.FindDeletable([]).ShouldBeEmpty();
    }

    [Fact]
    public void TryRemoveByPrefix_WithAnIndexFromBeforeARestore_RemovesWhatIsThereNow()
    {
        Set("p:a", 1);
        var index = _pipeline.EnsureIndex();
        var restore = Prepare("", [], new() { ["p:b"] = 2 });
        _pipeline.BuildRestore(restore);
        _pipeline.TryRestore(restore, false, false, static () => true, out _).ShouldBe(RestoreStep.Committed);

        index.IsAbandoned.ShouldBeTrue();
        _pipeline.TryRemoveByPrefix("p:"u8.ToArray(), false, out var outcome).ShouldBeTrue();

        outcome.Removed.ShouldBe(1);
        Contents().ShouldBe("");
    }

    [Fact]
    public void Versions_AskedForBeforeARestore_AreThoseOfWhatItBroughtAndOfWhatItLeft()
    {
        Set("q", 1);
        var left = _pipeline.Sequence;
        var restore = Prepare("p", [], new() { ["p"] = 1 });
        _pipeline.BuildRestore(restore);
        var versions = _pipeline.Versions;
        _pipeline.TryRestore(restore, false, false, static () => true, out var number);

        versions.Of(_pipeline.Table.Find("p"u8)).ShouldBe((long)number);
        versions.Of(_pipeline.Table.Find("q"u8)).ShouldBe((long)left);
    }

    [Fact]
    public void Versions_OfWhatARestoreHasReplaced_StayAsTheyWere()
    {
        var first = Prepare("", [], new() { ["a"] = 1 });
        _pipeline.BuildRestore(first);
        _pipeline.TryRestore(first, false, false, static () => true, out var one);
        var replaced = _pipeline.Table.Find("a"u8);
        var second = Prepare("", [], new() { ["a"] = 2 });
        _pipeline.BuildRestore(second);
        _pipeline.TryRestore(second, false, false, static () => true, out var other);

        _pipeline.Versions.Of(replaced).ShouldBe((long)one);
        _pipeline.Versions.Of(_pipeline.Table.Find("a"u8)).ShouldBe((long)other);
    }

    [Fact]
    public void TryRestore_NotWantedAnyMore_ChangesNothing()
    {
        Set("a", 1);
        var restore = Prepare("", [], new() { ["b"] = 1 });
        _pipeline.BuildRestore(restore);

        _pipeline.TryRestore(restore, false, true, static () => false, out _).ShouldBe(RestoreStep.Outdated);

        Contents().ShouldBe("a=1");
    }

    private PreparedRestore Prepare(string prefix, string[] guarded, Dictionary<string, int> restored)
    {
        var scope = RestoreScope.Create(Encoding.UTF8.GetBytes(prefix), [.. guarded.Select(Encoding.UTF8.GetBytes)], out _);
        var sink = new TableSink();
        var filter = new ScopeSink(scope, 0, _pipeline.Versions.NextMark, sink);
        foreach (var (key, value) in restored)
        {
            filter.Add(NewRecord(key, value));
        }

        return new(scope, sink.Entries, sink.References, []);
    }

    private static Record NewRecord(string key, int value)
    {
        var bytes = BitConverter.GetBytes(value);
        return Record.Create(new RecordParts { Key = Encoding.UTF8.GetBytes(key), Value = bytes, Sequence = 7 });
    }

    private static bool IsIn(string key, string prefix, string[] guarded) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && !Array.Exists(guarded, one => one.StartsWith(prefix, StringComparison.Ordinal) && key.StartsWith(one, StringComparison.Ordinal));

    private static string Key(Random random) => string.Create(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? "p" : "q")}:{random.Next(40)}");

    private void Change(Random random, SortedDictionary<string, int> model)
    {
        var key = Key(random);
        switch (random.Next(8))
        {
            case 0:
                _pipeline.TryRemove(Encoding.UTF8.GetBytes(key), false, out _);
                model.Remove(key);
                break;
            case 1:
                var other = Key(random);
                TableChange[] changes = key == other ? [new(NewRecord(key, 5))] : [new(NewRecord(key, 5)), new(Encoding.UTF8.GetBytes(other))];
                _pipeline.TryCommit(changes, [], false, out _);
                model[key] = 5;
                if (other != key)
                {
                    model.Remove(other);
                }

                break;
            case 2 when random.Next(10) == 0:
                _pipeline.TryRemoveByPrefix("q:1"u8.ToArray(), false, out _);
                foreach (var one in model.Keys.Where(one => one.StartsWith("q:1", StringComparison.Ordinal)).ToList())
                {
                    model.Remove(one);
                }

                break;
            default:
                var value = random.Next(1000);
                Set(key, value);
                model[key] = value;
                break;
        }
    }

    private void Set(string key, int value) => _pipeline.TrySet(NewRecord(key, value), false, out _).ShouldBeTrue();

    private string Contents() => string.Join(' ', _pipeline.Table.EnumerateRecords()
        .Select(record => (Key: Encoding.UTF8.GetString(record.Key), Value: BitConverter.ToInt32(record.Value)))
        .OrderBy(item => item.Key, StringComparer.Ordinal)
        .Select(item => $"{item.Key}={item.Value}"));
}
