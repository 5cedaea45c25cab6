using System.Text;
using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.Keyspace;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Keyspace;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Engine;

public sealed class CommitPipelineCaptureTests
{
    private readonly CommitPipeline _pipeline = new(
        new RecordTable(), new KvClock(new ManualTimeProvider()), 100, new ChangeFeed(new InlineScheduler(), new CollectingLogger()), new BlobLedger(), journal: null);

    [Fact]
    public async Task Capture_BesideAWriter_CallsAtItsInstantAndHasWhatWasCommittedBefore()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var writer = Task.Run(() => CountUp(stop.Token), TestContext.Current.CancellationToken);
        for (var round = 0; round < 200; round++)
        {
            ulong atTheInstant = 0;
            var capture = _pipeline.Capture(() =>
            {
                atTheInstant = _pipeline.Sequence;
                Thread.SpinWait(1_000);
                _pipeline.Sequence.ShouldBe(atTheInstant);
            });

            capture.Sequence.ShouldBe(atTheInstant);
            capture.Records.Select(Records.Number).DefaultIfEmpty(100).Max().ShouldBe((int)atTheInstant);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void Capture_CallThatThrows_LeavesEverythingAsItWas()
    {
        Should.Throw<InvalidDataException>(() => _pipeline.Capture(() => throw new InvalidDataException("no")));

        _pipeline.TrySet(Records.Make("a", 1), isDirect: false, out _).ShouldBeTrue();
        _pipeline.Capture().Records.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Capture_Several_AreAllRight()
    {
        for (var i = 0; i < 20_000; i++)
        {
            _pipeline.TrySet(Records.Make($"key-{i}", i), isDirect: false, out _);
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var writer = Task.Run(() => CountUp(stop.Token), TestContext.Current.CancellationToken);
        var captures = Enumerable.Range(0, 4).Select(_ => Task.Run(() => _pipeline.Capture().Records.Count(record => Encoding.UTF8.GetString(record.Key).StartsWith("key-", StringComparison.Ordinal)), TestContext.Current.CancellationToken));

        (await Task.WhenAll(captures)).ShouldAllBe(count => count == 20_000);
        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void Return_ThenCapture_UsesTheSameArrayAgain()
    {
        _pipeline.TrySet(Records.Make("a", 1), isDirect: false, out _).ShouldBeTrue();
        var first = _pipeline.Capture();
        var room = first.Records.Array.ShouldNotBeNull();

        _pipeline.Return(first);

        room.ShouldAllBe(static record => record.IsNull);
        _pipeline.TrySet(Records.Make("a", 2), isDirect: false, out _).ShouldBeTrue();
        var second = _pipeline.Capture();
        second.Records.Select(Records.Number).ShouldBe([2]);
        second.Records.Array.ShouldBeSameAs(room);
        _pipeline.Capture().Records.Array.ShouldNotBeSameAs(room);
    }

    [Fact]
    public void Return_ArrayOfAnotherSizeThanTheNextNeeds_IsLeft()
    {
        _pipeline.TrySet(Records.Make("a", 1), isDirect: false, out _).ShouldBeTrue();
        var small = _pipeline.Capture();
        for (var i = 0; i < 5_000; i++)
        {
            _pipeline.TrySet(Records.Make($"{i}", i), isDirect: false, out _).ShouldBeTrue();
        }

        _pipeline.Return(small);
        var large = _pipeline.Capture();
        large.Records.Count.ShouldBe(5_001);
        var room = large.Records.Array;
        _pipeline.TryClear(isDirect: false, out _).ShouldBeTrue();
        _pipeline.Return(large);

        _pipeline.Capture().Records.Array.ShouldNotBeSameAs(room);
    }

    /// <summary>Each commit sets one of a thousand keys to its own number.</summary>
    private void CountUp(CancellationToken stop)
    {
        for (var i = (int)_pipeline.Sequence + 1; !stop.IsCancellationRequested; i++)
        {
            _pipeline.TrySet(Records.Make($"{i % 1000}", i), isDirect: false, out var number);
            number.ShouldBe((ulong)i);
        }
    }
}
