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
            using var capture = _pipeline.BeginCapture(() =>
            {
                atTheInstant = _pipeline.Sequence;
                Thread.SpinWait(1_000);
                _pipeline.Sequence.ShouldBe(atTheInstant);
            });

            capture.Sequence.ShouldBe(atTheInstant);
            capture.ToArray().Select(Records.Number).DefaultIfEmpty(100).Max().ShouldBe((int)atTheInstant);
        }

        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void Capture_CallThatThrows_LeavesEverythingAsItWas()
    {
        Should.Throw<InvalidDataException>(() => _pipeline.BeginCapture(() => throw new InvalidDataException("no")));

        _pipeline.TrySet(Records.Make("a", 1), isDirect: false, out _).ShouldBeTrue();
        _pipeline.Capture().Length.ShouldBe(1);
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
        var captures = Enumerable.Range(0, 4).Select(_ => Task.Run(() => _pipeline.Capture().Count(record => Encoding.UTF8.GetString(record.Key).StartsWith("key-", StringComparison.Ordinal)), TestContext.Current.CancellationToken));

        (await Task.WhenAll(captures)).ShouldAllBe(count => count == 20_000);
        await stop.CancelAsync();
        await writer;
    }

    [Fact]
    public void CaptureLive_IsWithoutTheDead()
    {
        var clock = new ManualTimeProvider();
        var pipeline = new CommitPipeline(new RecordTable(), new KvClock(clock), 0, new ChangeFeed(new InlineScheduler(), new CollectingLogger()), new BlobLedger(), journal: null);
        var now = KvClock.FromDateTimeOffset(clock.GetUtcNow());
        pipeline.TrySet(Records.Make("dead", 1, now), isDirect: false, out _).ShouldBeTrue();
        pipeline.TrySet(Records.Make("alive", 2, now + 1), isDirect: false, out _).ShouldBeTrue();
        pipeline.TrySet(Records.Make("for ever", 3), isDirect: false, out _).ShouldBeTrue();

        pipeline.CaptureLive().Select(Records.Number).Order().ShouldBe([2, 3]);
        pipeline.Capture().Length.ShouldBe(3);
    }

    [Fact]
    public void BeginCapture_NotTakenForLong_HoldsUpNobody()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _pipeline.TrySet(Records.Make($"{i}", i), isDirect: false, out _).ShouldBeTrue();
        }

        // As while the disk takes nothing: others write, capture, build indexes and clear meanwhile.
        using var stream = _pipeline.BeginCapture(static () => { });
        stream.Next().Length.ShouldBePositive();
        _pipeline.TrySet(Records.Make("0", -1), isDirect: false, out _).ShouldBeTrue();
        _pipeline.TryRemove(Records.Utf8("1"), isDirect: false, out _).ShouldBeTrue();
        _pipeline.EnsureIndex().Enumerate([]).Count().ShouldBe(2_999);
        _pipeline.Capture().Length.ShouldBe(2_999);
        _pipeline.TryClear(isDirect: false, out _).ShouldBeTrue();

        stream.Count.ShouldBe(3_000);
        stream.Sequence.ShouldBe(3_100UL);
    }

    [Fact]
    public void BeginCapture_Taken_IsTheStateOfTheInstant()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _pipeline.TrySet(Records.Make($"{i}", i), isDirect: false, out _).ShouldBeTrue();
        }

        using var stream = _pipeline.BeginCapture(static () => { });
        _pipeline.TrySet(Records.Make("0", -1), isDirect: false, out _).ShouldBeTrue();
        _pipeline.TryRemove(Records.Utf8("1"), isDirect: false, out _).ShouldBeTrue();
        _pipeline.TryClear(isDirect: false, out _).ShouldBeTrue();

        stream.ToArray().Select(Records.Number).Order().ShouldBe(Enumerable.Range(0, 3_000));
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
