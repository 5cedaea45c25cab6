using System.Globalization;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/durability.md</c>, run, and its figures, looked at.</summary>
public sealed class DurabilityGuideTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Level_OfTheStore_IsWhatItsWritesSurvive()
    {
        using var temporary = new FileSystem.TemporaryDirectory();
        var directory = Path.Combine(temporary.Path, "data");

        // begin level
        using var store = KvStore.Open(directory, new SnapshotKvOptions { Durability = KvDurability.Disk });
        // end level
        store.GetStatistics().Durability.ShouldBe(KvDurability.Disk);
        store.Set("k", 1);
        store.GetStatistics().UnflushedCommits.ShouldBe(0);
    }

    [Fact]
    public async Task More_PerWriteBatchPartitionAndTransaction_IsOnTheDeviceWhenItReturns()
    {
        await using var store = _home.Open(options => options.Durability = KvDurability.Process);
        var token = TestContext.Current.CancellationToken;
        var step = 0;
        void OnTheDevice()
        {
            var left = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll)) { Durability = KvDurability.Process };
            using var after = left.Open();
            after.GetKeys().ShouldContain($"mark:{step}");
            step++;
            store.Set($"mark:{step}", step);
        }

        store.Set("mark:0", 0);

        // begin write
        store.Set("order:1", "paid", new KvEntryOptions { Durability = KvDurability.Disk });
        await store.SetAsync("order:2", "paid", new KvEntryOptions { Durability = KvDurability.Disk }, token);
        // end write
        OnTheDevice();

        // begin batch
        var batch = store.CreateBatch().Set("order:3", "paid").Remove("cart:3");
        batch.Durability = KvDurability.Disk;
        store.Commit(batch);
        // end batch
        OnTheDevice();

        // begin partition
        var orders = store.GetPartition("order:", new KvPartitionOptions { Durability = KvDurability.Disk });
        orders.Set("4", "paid");
        orders.Remove("1");
        // end partition
        OnTheDevice();

        // begin transaction
        using (var transaction = store.BeginTransaction())
        {
            transaction.Durability = KvDurability.Disk;
            transaction.Increment("orders", 1);
            transaction.Commit();
        }

        // end transaction
        OnTheDevice();
    }

    [Fact]
    public void Report_OfALoss_IsReadAndAcknowledged()
    {
        using var store = _home.Open(options => options.Durability = KvDurability.Process);
        var log = new List<string>();
        var report = new KvRecoveryReport(null, [new("data-1", "a bad checksum", null)], []) { HasLostCommits = true, MissingCommits = new(5, 7) };
        Look(report, log);

        report.IsAcknowledged.ShouldBeTrue();
        log.ShouldBe(["data-1: a bad checksum", "commits 5 to 7 are missing"]);
        Look(store.RecoveryReport, log);
        log.Count.ShouldBe(2, "nothing was wrong");
        Look(new KvRecoveryReport(null, [], []) { HasLostCommits = true, MissingCommits = new(5, null) }, log);
        log[^1].ShouldBe("commits 5 to ? are missing");
    }

    // begin report
    private static void Look(KvRecoveryReport report, List<string> log)
    {
        foreach (var problem in report.Problems.Concat(report.JournalProblems))
        {
            log.Add($"{problem.FileName}: {problem.Reason}");
        }

        if (!report.IsAcknowledged)
        {
            log.Add(report.MissingCommits is { } missing
                ? $"commits {missing.From} to {missing.Through?.ToString(CultureInfo.InvariantCulture) ?? "?"} are missing"
                : report.EarlierLoss ?? "commits are missing");

            // Once whatever is derived from them was put right.
            report.Acknowledge();
        }
    }

    // end report

    [Theory]
    [InlineData(KvDurability.Snapshot, nameof(CrashKind.ProcessKilled), 1)]
    [InlineData(KvDurability.Snapshot, nameof(CrashKind.PowerCutLosingAll), 1)]
    [InlineData(KvDurability.Process, nameof(CrashKind.ProcessKilled), 3)]
    [InlineData(KvDurability.Process, nameof(CrashKind.PowerCutLosingAll), 2)]
    [InlineData(KvDurability.Disk, nameof(CrashKind.ProcessKilled), 3)]
    [InlineData(KvDurability.Disk, nameof(CrashKind.PowerCutLosingAll), 3)]
    public void Table_WhatEachLevelLoses_IsSo(KvDurability level, string crash, int kept)
    {
        using var store = _home.Open(options => options.Durability = level);
        store.Set("1: in a snapshot", 1);
        store.Save();
        store.Set("2: more than the flush interval ago", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("3: just now", 1);

        var left = new StoreHome(_home.Disk.CrashImage(Enum.Parse<CrashKind>(crash))) { Durability = level };
        using var after = left.Open();
        after.Count().ShouldBe(kept);
        after.RecoveryReport.HasLostCommits.ShouldBeFalse("what was not acknowledged as being on the device is no loss to be acknowledged");
    }
}
