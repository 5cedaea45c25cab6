using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>What a store reports of its journal, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class JournalMetricsTests : IDisposable
{
    private readonly StoreHome _home = new() { Durability = KvDurability.Process };
    private readonly TestMeterFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void Numbers_AreThoseOfTheStatistics()
    {
        using var store = Open();
        store.SetBytes("a", new byte[500]);
        store.SetBytes("b", new byte[500]);

        var statistics = store.GetStatistics();
        Ask(SnapshotKvDiagnostics.JournalSize).ShouldBe(statistics.JournalBytes);
        Ask(SnapshotKvDiagnostics.JournalUnused).ShouldBe(statistics.JournalUnusedBytes);
        Ask(SnapshotKvDiagnostics.JournalUnflushed).ShouldBe(2);
        Ask(SnapshotKvDiagnostics.JournalCommits).ShouldBe(2);
        Ask(SnapshotKvDiagnostics.JournalAppended).ShouldBeInRange(1000, 1300);
        Ask(SnapshotKvDiagnostics.JournalFaulted).ShouldBe(0);
        Ask(SnapshotKvDiagnostics.JournalRefusing).ShouldBe(0);
    }

    [Fact]
    public void StoreWithoutAJournal_ReportsNoneOfThem()
    {
        using var snapshots = Open(options => (options.Durability, options.Name) = (KvDurability.Snapshot, "snapshots"));
        using var memory = Open(options => (options.Path, options.Name) = (null, "memory"));
        snapshots.Set("k", 1);

        _factory.Measurements.Instruments.Where(instrument => instrument.Name.StartsWith("snapshotkv.journal", StringComparison.Ordinal) && instrument.IsObservable)
            .ShouldAllBe(instrument => _factory.Measurements.Ask(instrument.Name).Count == 0);
    }

    [Fact]
    public void Flush_ReportsItsTime_OnceForAllItServes()
    {
        _home.Files.Before(operation => operation.Kind == FileOperationKind.FlushData, _ => _home.Clock.Advance(TimeSpan.FromMilliseconds(3)));
        using var store = Open();
        store.Set("a", 1);
        store.Set("b", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        var flush = _factory.Measurements.Of(SnapshotKvDiagnostics.JournalFlushDuration).ShouldHaveSingleItem();
        flush.Value.ShouldBe(0.003);
        flush.TagLine.ShouldBe("outcome=success snapshotkv.store=default");
        Ask(SnapshotKvDiagnostics.JournalUnflushed).ShouldBe(0);
    }

    [Fact]
    public void Flush_ThatFails_ReportsTheTypeOfTheError_AndTheFault()
    {
        using var store = Open();
        store.Set("a", 1);
        _home.Files.FailWhen(FileOperationKind.FlushData, FileFault.InputOutput);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        _factory.Measurements.Of(SnapshotKvDiagnostics.JournalFlushDuration).ShouldHaveSingleItem().TagLine.ShouldBe("error.type=System.IO.IOException outcome=failure snapshotkv.store=default");
        Ask(SnapshotKvDiagnostics.JournalFaulted).ShouldBe(1);
        _home.Files.Heal();
    }

    [Fact]
    public void Refusal_IsReportedUntilAWriteFindsRoom()
    {
        using var store = Open();
        _home.Files.FailWhen(operation => operation.Path.Contains("/journal", StringComparison.Ordinal), FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
        Ask(SnapshotKvDiagnostics.JournalRefusing).ShouldBe(1);

        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("a", 1);
        Ask(SnapshotKvDiagnostics.JournalRefusing).ShouldBe(0);
    }

    [Fact]
    public void Slides_AreCountedWhenTheJournalIsToldOfThem()
    {
        using var store = Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) });
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        store.TryGet<int>("k", out _).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(2));

        Ask(SnapshotKvDiagnostics.JournalSlides).ShouldBe(1);
        Ask(SnapshotKvDiagnostics.JournalCommits).ShouldBe(1, "a slide is no commit");
    }

    [Fact]
    public void Flush_IsAnActivity_WithTheCommitsItWrote()
    {
        var name = Guid.NewGuid().ToString("n");
        using var activities = new ActivityCollector(name);
        using var store = Open(options => options.Name = name);
        store.Set("a", 1);
        store.Set("b", 1, new KvEntryOptions { Durability = KvDurability.Disk });

        var flush = activities.Of(SnapshotKvDiagnostics.JournalFlushActivity).ShouldHaveSingleItem();
        flush.GetTagItem(SnapshotKvDiagnostics.CommitsTag).ShouldBe(2L);
        flush.GetTagItem(SnapshotKvDiagnostics.OutcomeTag).ShouldBe(SnapshotKvDiagnostics.Success);
        flush.GetTagItem(SnapshotKvDiagnostics.EntriesTag).ShouldBeNull();
    }

    private KvStore Open(Action<SnapshotKvOptions>? change = null) => _home.Open(options =>
    {
        (options.MeterFactory, options.SaveDebounce) = (_factory, Timeout.InfiniteTimeSpan);
        change?.Invoke(options);
    });

    private double Ask(string instrument) => _factory.Measurements.Ask(instrument).ShouldHaveSingleItem().Value;
}
