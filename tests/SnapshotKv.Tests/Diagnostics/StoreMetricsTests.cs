using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>What a store reports through a meter, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class StoreMetricsTests : IDisposable
{
    private readonly StoreHome _home = new();
    private readonly TestMeterFactory _factory = new();

    public void Dispose() => _factory.Dispose();

    [Fact]
    public void Rule3_11_01_Meter_CarriesThePackagesName()
    {
        using var store = Open();

        SnapshotKvDiagnostics.MeterName.ShouldBe(typeof(KvStore).Assembly.GetName().Name);
        SnapshotKvDiagnostics.ActivitySourceName.ShouldBe(SnapshotKvDiagnostics.MeterName);
        _factory.Measurements.Instruments.ShouldAllBe(instrument => instrument.Meter.Name == SnapshotKvDiagnostics.MeterName);
        _factory.Measurements.Instruments[0].Meter.Version.ShouldBe(typeof(KvStore).Assembly.GetName().Version!.ToString(3));
    }

    [Fact]
    public void Rule3_11_02_Meter_ComesFromTheFactory_OnceForAllStores()
    {
        using var one = Open(options => options.Name = "one");
        using var other = Open(options => (options.Name, options.Path) = ("other", "/other"));

        _factory.Count.ShouldBe(1);
        _factory.Measurements.Instruments.Select(instrument => instrument.Name).ShouldBeUnique();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).Select(measurement => measurement.TagLine).ShouldBe(["snapshotkv.store=one", "snapshotkv.store=other"]);
    }

    [Fact]
    public void Rule3_11_03_Instruments_HaveDottedLowerCaseNames_UcumUnits_AndDescriptions()
    {
        using var store = Open();

        _factory.Measurements.Instruments.ShouldNotBeEmpty();
        foreach (var instrument in _factory.Measurements.Instruments)
        {
            instrument.Name.ShouldMatch(@"^snapshotkv(\.[a-z]+(_[a-z]+)*)+$");
            instrument.Unit.ShouldNotBeNull().ShouldMatch(@"^(s|By|\{[a-z]+\})$", instrument.Name);
            instrument.Description.ShouldNotBeNullOrWhiteSpace(instrument.Name);
        }
    }

    [Fact]
    public void Rule3_11_03_Instruments_AreThoseThatArePublic()
    {
        using var store = Open();

        _factory.Measurements.Instruments.Select(instrument => instrument.Name).Order(StringComparer.Ordinal).ShouldBe(
        [
            "snapshotkv.entries",
            "snapshotkv.follower.commits",
            "snapshotkv.follower.lag",
            "snapshotkv.follower.reloads",
            "snapshotkv.follower.troubled",
            "snapshotkv.journal.appended",
            "snapshotkv.journal.commits",
            "snapshotkv.journal.faulted",
            "snapshotkv.journal.flush.duration",
            "snapshotkv.journal.refusing",
            "snapshotkv.journal.size",
            "snapshotkv.journal.slides",
            "snapshotkv.journal.unflushed",
            "snapshotkv.journal.unused",
            "snapshotkv.open.duration",
            "snapshotkv.recovery.problems",
            "snapshotkv.restore.duration",
            "snapshotkv.save.consecutive_failures",
            "snapshotkv.save.duration",
            "snapshotkv.save.size",
            "snapshotkv.sweep.duration",
            "snapshotkv.sweep.entries",
            "snapshotkv.unsaved.age",
            "snapshotkv.watchers",
            "snapshotkv.watchers.missed",
        ]);
    }

    [Fact]
    public void Rule3_11_05_Tags_NameTheStoreAndNothingOfItsData()
    {
        using (var store = Open(options => (options.Name, options.Durability) = ("shop", KvDurability.Process)))
        {
            store.Set("secret key", "secret value", TimeSpan.FromSeconds(1));
            _home.Clock.Advance(TimeSpan.FromMinutes(5));
            store.Set("secret key", "secret value");
            store.Save();
            _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace, times: 1);
            store.Remove("secret key");
            Should.Throw<KvStoreUnavailableException>(() => store.Save());
            _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries);
        }

        string[] others = [SnapshotKvDiagnostics.FollowerLag, SnapshotKvDiagnostics.FollowerCommits, SnapshotKvDiagnostics.FollowerReloads, SnapshotKvDiagnostics.FollowerTroubled, "snapshotkv.restore.duration"];
        _factory.Measurements.All.Select(measurement => measurement.Instrument.Name).Distinct().Count().ShouldBe(_factory.Measurements.Instruments.Count - others.Length, "each instrument has reported that is not of followers and restores");
        _factory.Measurements.All.Select(measurement => measurement.TagLine).Distinct().Order(StringComparer.Ordinal).ShouldBe(
        [
            "error.type=SnapshotKv.KvStoreUnavailableException outcome=failure snapshotkv.store=shop",
            "outcome=success snapshotkv.store=shop",
            "snapshotkv.store=shop",
        ]);
    }

    [Fact]
    public void Save_ThatSucceeds_ReportsItsTimeAndTheFilesSize()
    {
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("snapshots", StringComparison.Ordinal), _ => _home.Clock.Advance(TimeSpan.FromMilliseconds(250)));
        using var store = Open();
        store.Set("k", 1);
        var snapshot = store.Save()!;
        store.Save();

        var duration = _factory.Measurements.Of(SnapshotKvDiagnostics.SaveDuration).ShouldHaveSingleItem("a save with nothing new is none");
        duration.Value.ShouldBe(0.25);
        duration.TagLine.ShouldBe("outcome=success snapshotkv.store=default");
        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveSize).ShouldHaveSingleItem().Value.ShouldBe(snapshot.SizeBytes);
    }

    [Fact]
    public void Save_ThatFails_ReportsItsTimeAndTheErrorButNoSize()
    {
        using var store = Open();
        store.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace, times: 1);
        Should.Throw<KvStoreUnavailableException>(() => store.Save());

        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveDuration).ShouldHaveSingleItem().TagLine.ShouldBe("error.type=SnapshotKv.KvStoreUnavailableException outcome=failure snapshotkv.store=default");
        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveSize).ShouldBeEmpty();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.SaveFailures).ShouldHaveSingleItem().Value.ShouldBe(1);
        store.Save();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.SaveFailures).ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    [Fact]
    public async Task Save_ThatItsCallerGaveUp_IsNeitherSuccessNorFailure()
    {
        using var giveUp = new CancellationTokenSource();
        using var store = Open();
        store.Set("k", 1);
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew, _ => giveUp.Cancel());

        await Should.ThrowAsync<OperationCanceledException>(() => store.SaveAsync(giveUp.Token));

        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveDuration).ShouldHaveSingleItem().TagLine.ShouldBe("outcome=canceled snapshotkv.store=default");
        _factory.Measurements.Ask(SnapshotKvDiagnostics.SaveFailures).ShouldHaveSingleItem().Value.ShouldBe(0);
        store.GetStatistics().FailedSaves.ShouldBe(0);
    }

    [Fact]
    public void Restore_ReportsItsTimeUpToTheCommit_AlsoWhenItFails()
    {
        using var store = Open();
        store.Set("k", 1);
        var then = store.Save()!.FileName;
        store.Set("k", 2);

        // Both saves take so long, and only the one before belongs to it.
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("snapshots", StringComparison.Ordinal), _ => _home.Clock.Advance(TimeSpan.FromMilliseconds(250)));
        store.Restore(then);
        Should.Throw<KvSnapshotException>(() => store.Restore("nobody"));

        _factory.Measurements.Of(SnapshotKvDiagnostics.RestoreDuration).Select(measurement => (measurement.Value, measurement.TagLine)).ShouldBe(
        [
            (0.25, "outcome=success snapshotkv.store=default"),
            (0, "error.type=SnapshotKv.KvSnapshotException outcome=failure snapshotkv.store=default"),
        ]);
    }

    [Fact]
    public void Open_OfADirectory_ReportsItsTime_AlsoWhenItFails()
    {
        Open().Dispose();
        _factory.Measurements.Of(SnapshotKvDiagnostics.OpenDuration).ShouldHaveSingleItem().TagLine.ShouldBe("outcome=success snapshotkv.store=default");

        using var holder = Open(options => options.Name = "holder");
        Should.Throw<KvStoreLockedException>(() => Open(options => options.Name = "second"));

        _factory.Measurements.Of(SnapshotKvDiagnostics.OpenDuration)[^1].TagLine.ShouldBe("error.type=SnapshotKv.KvStoreLockedException outcome=failure snapshotkv.store=second");
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().TagLine.ShouldBe("snapshotkv.store=holder");
    }

    [Fact]
    public void Open_OfAMemoryOnlyStore_OpensNothing_AndReportsItsEntries()
    {
        using var store = Open(options => options.Path = null);
        store.Set("k", 1);

        _factory.Measurements.Of(SnapshotKvDiagnostics.OpenDuration).ShouldBeEmpty();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().Value.ShouldBe(1);
        _factory.Measurements.Of(SnapshotKvDiagnostics.UnsavedAge).ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    [Fact]
    public void Open_DamagedSnapshots_AreCounted()
    {
        using (var store = Open())
        {
            store.Set("k", 1);
            store.Save();
            store.Set("k", 2);
        }

        _home.WriteFile("snapshots/" + _home.Snapshots()[^1], [0]);
        using var reopened = Open();

        _factory.Measurements.Ask(SnapshotKvDiagnostics.RecoveryProblems).ShouldHaveSingleItem().Value.ShouldBe(1);
    }

    [Fact]
    public void Sweep_ReportsItsTimeAndTheEntries()
    {
        using var store = Open();
        store.Set("a", 1, TimeSpan.FromSeconds(1));
        store.Set("b", 1, TimeSpan.FromSeconds(1));
        store.Set("c", 1);
        _home.Clock.Advance(TimeSpan.FromMinutes(5));

        _factory.Measurements.Of(SnapshotKvDiagnostics.SweepDuration).ShouldHaveSingleItem().TagLine.ShouldBe("outcome=success snapshotkv.store=default");
        _factory.Measurements.Of(SnapshotKvDiagnostics.SweepEntries).ShouldHaveSingleItem().Value.ShouldBe(2);
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().Value.ShouldBe(1);
    }

    [Fact]
    public void UnsavedAge_GrowsWithTheOldestUnsavedChange_AndEndsWithTheSave()
    {
        using var store = Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        UnsavedAge().ShouldBe(0);
        store.Set("a", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(30));
        store.Set("b", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(12));

        UnsavedAge().ShouldBe(42);
        store.Save();
        UnsavedAge().ShouldBe(0);

        double UnsavedAge() => _factory.Measurements.Ask(SnapshotKvDiagnostics.UnsavedAge).ShouldHaveSingleItem().Value;
    }

    [Fact]
    public void UnsavedAge_ClockSetBack_IsNotNegative()
    {
        using var store = Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        _home.Clock.SetUtcNow(_home.Clock.GetUtcNow() - TimeSpan.FromHours(1));

        _factory.Measurements.Ask(SnapshotKvDiagnostics.UnsavedAge).ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    [Fact]
    public async Task Watchers_AreCounted_AndHowOftenTheyMissedChanges()
    {
        using var store = Open();
        var watcher = store.WatchAsync("", TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = watcher.MoveNextAsync();
        for (var i = 0; i < ChangeSubscription.Capacity + 100; i++)
        {
            store.Set("k", i);
        }

        (await first).ShouldBeTrue();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Watchers).ShouldHaveSingleItem().Value.ShouldBe(1);
        _factory.Measurements.Of(SnapshotKvDiagnostics.WatchersMissed).ShouldHaveSingleItem().Value.ShouldBe(1, "once, however many changes were dropped");
        store.GetStatistics().MissedByWatchers.ShouldBe(1);

        await watcher.DisposeAsync();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Watchers).ShouldHaveSingleItem().Value.ShouldBe(0);
    }

    [Fact]
    public void Dispose_TheLastSaveIsReported_AndTheStoreNoMore()
    {
        var store = Open();
        store.Set("k", 1);
        store.Dispose();

        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveDuration).ShouldHaveSingleItem();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldBeEmpty();
    }

    [Fact]
    public void Dispose_WithAFactorysMeter_KeepsNothingOfTheStoreAlive()
    {
        var gauges = OpenAndClose(_factory);
        Collect();

        gauges.TryGetTarget(out _).ShouldBeFalse("a meter that outlives the store holds none of it");
    }

    [Fact]
    public void NoFactory_TheStoreHasAMeterOfItsOwn_WhichEndsWithIt()
    {
        const string Name = nameof(NoFactory_TheStoreHasAMeterOfItsOwn_WhichEndsWithIt);
        using var collector = new MeasurementCollector(static meter => meter.Name == SnapshotKvDiagnostics.MeterName && meter.Scope is null);
        var store = _home.Open(options => options.Name = Name);
        store.Set("k", 1);
        Mine(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().Value.ShouldBe(1);

        store.Dispose();

        Mine(SnapshotKvDiagnostics.Entries).ShouldBeEmpty();
        collector.Of(SnapshotKvDiagnostics.SaveDuration).ShouldContain(measurement => Equals(measurement.Tags[SnapshotKvDiagnostics.StoreTag], Name));

        IEnumerable<CollectedMeasurement> Mine(string instrument) => collector.Ask(instrument).Where(measurement => Equals(measurement.Tags[SnapshotKvDiagnostics.StoreTag], Name));
    }

    [Fact]
    public void OpenShared_MeterAndName_CountFromTheFirstHandleThatBringsThem_AndGoWithIt()
    {
        using var other = new TestMeterFactory();
        using var plain = _home.OpenShared();
        plain.GetStatistics().Name.ShouldBe("default");

        var first = _home.OpenShared(options => (options.MeterFactory, options.Name) = (_factory, "first"));
        var second = _home.OpenShared(options => (options.MeterFactory, options.Name) = (other, "second"));
        plain.Set("k", 1);
        plain.Save();

        plain.GetStatistics().Name.ShouldBe("first");
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().TagLine.ShouldBe("snapshotkv.store=first");
        _factory.Measurements.Of(SnapshotKvDiagnostics.SaveDuration).ShouldHaveSingleItem();
        other.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldBeEmpty("a store is reported once, however many handles there are");

        first.Dispose();
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldBeEmpty("the factory may end with the handle's owner");
        other.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().TagLine.ShouldBe("snapshotkv.store=second");

        second.Dispose();
        other.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldBeEmpty();
        plain.GetStatistics().Name.ShouldBe("default");
    }

    [Fact]
    public void Reconfigure_Name_IsTakenOver()
    {
        using var store = Open();
        store.Reconfigure(new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = _home.Clock, MeterFactory = _factory, Name = "renamed" }).ShouldBeEmpty();

        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().TagLine.ShouldBe("snapshotkv.store=renamed");
    }

    [Fact]
    public void Bind_AnotherFactory_MovesTheStoreThere()
    {
        using var other = new TestMeterFactory();
        using var metrics = new StoreMetrics(_factory, "before");
        metrics.Attach(new FixedGauges());

        metrics.Bind(other, "after");

        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldBeEmpty();
        other.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().TagLine.ShouldBe("snapshotkv.store=after");
        metrics.BeginSweep(_home.Clock).Succeeded(3);
        _factory.Measurements.Of(SnapshotKvDiagnostics.SweepEntries).ShouldBeEmpty();
        other.Measurements.Of(SnapshotKvDiagnostics.SweepEntries).ShouldHaveSingleItem().Value.ShouldBe(3);
    }

    [Fact]
    public void Bind_FromAMeterOfItsOwn_DisposesThat()
    {
        Meter? own = null;
        using var listener = new MeasurementCollector(meter => meter.Scope is null && meter.Name == SnapshotKvDiagnostics.MeterName && (own ??= meter) == meter);
        using var metrics = new StoreMetrics(null, "bound");
        metrics.Attach(new FixedGauges());
        metrics.Bind(_factory, "bound");

        listener.Ask(SnapshotKvDiagnostics.Entries).ShouldNotContain(measurement => Equals(measurement.Tags[SnapshotKvDiagnostics.StoreTag], "bound"));
        _factory.Measurements.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem();
    }

    [Fact]
    public void Bind_AfterDisposal_ReportsNothing()
    {
        var metrics = new StoreMetrics(null, "closed");
        metrics.Dispose();
        metrics.Bind(_factory, "closed");
        metrics.Attach(new FixedGauges());

        _factory.Count.ShouldBe(0);
    }

    private KvStore Open(Action<SnapshotKvOptions>? change = null) => _home.Open(options =>
    {
        options.MeterFactory = _factory;
        change?.Invoke(options);
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<IStoreGauges> OpenAndClose(TestMeterFactory factory)
    {
        using var metrics = new StoreMetrics(factory, "gone");
        var gauges = new FixedGauges();
        metrics.Attach(gauges);
        return new(gauges);
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
    }

    private sealed class FixedGauges : IStoreGauges
    {
        public long Entries => 7;

        public TimeSpan UnsavedAge => TimeSpan.Zero;

        public int FailedSaves => 0;

        public int Watchers => 0;

        public long MissedByWatchers => 0;

        public int RecoveryProblems => 0;

        public bool HasJournal => false;

        public long JournalBytes => 0;

        public long JournalUnusedBytes => 0;

        public long JournalCommits => 0;

        public long JournalAppendedBytes => 0;

        public long JournalUnflushed => 0;

        public long JournalSlides => 0;

        public bool IsFaulted => false;

        public bool IsRefusingWrites => false;

        public KvFollowerStatus? Follower => null;
    }
}
