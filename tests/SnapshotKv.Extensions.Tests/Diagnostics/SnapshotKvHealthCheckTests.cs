using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>The health check in a real host, by the rules of docs/contracts.md, section 3.8.</summary>
public sealed class SnapshotKvHealthCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded)]
    [InlineData(HealthStatus.Unhealthy, HealthStatus.Unhealthy)]
    public async Task Rule3_8_01_Failure_IsReportedAsTheRegistrationWants(HealthStatus? wanted, HealthStatus reported)
    {
        using var host = Host(checks => checks.AddSnapshotKv(failureStatus: wanted));
        host.Services.GetRequiredService<KvStore>().Dispose();

        (await CheckAsync(host)).Status.ShouldBe(reported);
    }

    [Fact]
    public async Task Rule3_8_01_Fallback_IsNeverWorseThanTheRegistrationWants()
    {
        Damage();
        using var host = Host(checks => checks.AddSnapshotKv(failureStatus: HealthStatus.Healthy));

        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Rule3_8_02_State_LivesOutsideTheCheck()
    {
        using var host = Host();
        var registration = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Single();

        registration.Factory(host.Services).ShouldNotBeSameAs(registration.Factory(host.Services));
        host.Services.GetRequiredKeyedService<FreeSpaceQuery>("").ShouldBeSameAs(host.Services.GetRequiredKeyedService<FreeSpaceQuery>(""));
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Rule3_8_03_Token_IsHonoured()
    {
        var log = new CapturingLogger();
        using var host = Host(log: log);
        var registration = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Single();
        var check = registration.Factory(host.Services);
        var cancelled = new CancellationToken(canceled: true);

        // Asked directly: the service that runs the checks would look at the token itself, before any of them.
        await Should.ThrowAsync<OperationCanceledException>(() => check.CheckHealthAsync(new HealthCheckContext { Registration = registration }, cancelled));
        log.Count(EngineEvents.StoreOpened).ShouldBe(0, "not even the store is opened for it");
    }

    [Fact]
    [SuppressMessage("Usage", "xUnit1051:Calls to methods which accept CancellationToken should use TestContext.Current.CancellationToken", Justification = "Giving up is what is tested.")]
    public async Task Rule3_8_04_DiskThatHangs_IsWaitedForOutsideTheCallersThread_UntilTheTokenEnds_AndAskedOnce()
    {
        using var hangs = new ManualResetEventSlim();
        var asked = 0;
        var query = new FreeSpaceQuery();
        using var giveUp = new CancellationTokenSource();
        var first = query.Ask(Hang).WaitAsync(giveUp.Token);
        var second = query.Ask(Hang).WaitAsync(giveUp.Token);
        await giveUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => first);
        await Should.ThrowAsync<OperationCanceledException>(() => second);

        var third = query.Ask(Hang);
        hangs.Set();
        (await third.WaitAsync(Token)).ShouldBe(1, "all three wait for the one answer");
        (await query.Ask(Hang).WaitAsync(Token)).ShouldBe(2, "what is answered is asked anew");

        long? Hang()
        {
            hangs.Wait(TestContext.Current.CancellationToken);
            return Interlocked.Increment(ref asked);
        }
    }

    [Fact]
    public async Task Rule3_8_05_Data_TellsHowTheStoreIs()
    {
        using var host = Host(configure: options => options.Name = "shop");
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("k", 1);
        var snapshot = store.Save()!;
        Clock(host).Advance(TimeSpan.FromMinutes(1));
        store.Set("other", 1);
        Clock(host).Advance(TimeSpan.FromSeconds(3));

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["availableBytes"].ShouldBeOfType<long>().ShouldBeGreaterThan(0);

        // The flush that is due runs beside the test.
        entry.Data["unflushedCommits"].ShouldBeOfType<long>().ShouldBeInRange(0, 1);
        entry.Data.Where(item => item.Key is not ("availableBytes" or "unflushedCommits")).ToDictionary().ShouldBe(
            new Dictionary<string, object>
            {
                ["store"] = "shop",
                ["memoryOnly"] = false,
                ["entries"] = 2L,
                ["failedSaves"] = 0,
                ["recoveryProblems"] = 0,
                ["hasUnacknowledgedLoss"] = false,
                ["durability"] = "Process",
                ["journalBytes"] = 1L << 20,
                ["journalUnusedBytes"] = store.GetStatistics().JournalUnusedBytes,
                ["unsavedAge"] = TimeSpan.FromSeconds(3),
                ["lastSavedAt"] = Clock(host).GetUtcNow() - TimeSpan.FromSeconds(63),
                ["lastSaveAge"] = TimeSpan.FromSeconds(63),
                ["lastSaveDuration"] = TimeSpan.Zero,
                ["snapshotBytes"] = snapshot.SizeBytes,
            },
            ignoreOrder: true);
    }

    [Fact]
    public async Task Rule3_8_05_Report_NamesNoPath()
    {
        using var host = Host();
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("k", 1);
        TestHost.BreakSaving(_directory.Path);
        FailToSave(store, times: 3);

        var entry = await CheckAsync(host);

        entry.Description.ShouldNotBeNull().ShouldNotContain(_directory.Path);
        entry.Data.Values.ShouldNotContain(value => value.ToString()!.Contains(_directory.Path, StringComparison.Ordinal));
        TestHost.RepairSaving(_directory.Path);
    }

    [Fact]
    public void Rule3_8_06_Tags_KeepItOutOfReadinessUnlessItIsAskedFor()
    {
        using var host = Host();

        var registration = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.Single();

        registration.Tags.ShouldBe(["snapshotkv", "storage"], ignoreOrder: true);
        registration.Name.ShouldBe("snapshotkv");
    }

    [Fact]
    public void AddSnapshotKv_ItsArguments_AreTheRegistrations()
    {
        using var host = Host(checks => checks.AddSnapshotKv("disk", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(2)).AddSnapshotKv(storeName: "sessions"));

        var registrations = host.Services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations.ToList();

        registrations[0].Name.ShouldBe("disk");
        registrations[0].FailureStatus.ShouldBe(HealthStatus.Degraded);
        registrations[0].Tags.ShouldBe(["ready"]);
        registrations[0].Timeout.ShouldBe(TimeSpan.FromSeconds(2));
        registrations[1].Name.ShouldBe("snapshotkv-sessions");
    }

    [Fact]
    public void AddSnapshotKv_NullBuilder_IsRefused()
    {
        Should.Throw<ArgumentNullException>(() => ((IHealthChecksBuilder)null!).AddSnapshotKv()).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => ((ISnapshotKvBuilder)null!).ConfigureHealthCheck(static _ => { })).ParamName.ShouldBe("builder");
        Should.Throw<ArgumentNullException>(() => new ServiceCollection().AddSnapshotKv().ConfigureHealthCheck(null!)).ParamName.ShouldBe("configure");
    }

    [Fact]
    public async Task Check_SavesThatFail_FailFromTheThirdOn_AndHealWithTheNextGoodOne()
    {
        using var host = Host();
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("k", 1);
        TestHost.BreakSaving(_directory.Path);

        FailToSave(store, times: 2);
        var twice = await CheckAsync(host);
        twice.Status.ShouldBe(HealthStatus.Healthy);
        twice.Data["failedSaves"].ShouldBe(2);
        FailToSave(store, times: 1);
        var often = await CheckAsync(host);
        often.Status.ShouldBe(HealthStatus.Unhealthy);
        often.Description.ShouldBe("3 saves in a row have failed.");
        often.Exception.ShouldBeOfType<KvStoreUnavailableException>();

        TestHost.RepairSaving(_directory.Path);
        store.Save();
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_TimedSavesThatFail_AreSeenWithoutAnybodyAsking()
    {
        var log = new CapturingLogger();
        using var host = Host(log: log, limits: limits => limits.FailedSaves = 1);
        await host.StartAsync(Token);
        host.Services.GetRequiredService<KvStore>().Set("k", 1);
        TestHost.BreakSaving(_directory.Path);
        Clock(host).Advance(TimeSpan.FromSeconds(10));
        await log.WaitForAsync(EngineEvents.SnapshotSaveFailed);

        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Unhealthy);
        TestHost.RepairSaving(_directory.Path);
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Check_ChangeThatWaitsTooLong_Fails()
    {
        using var host = Host(configure: options => options.SaveDebounce = Timeout.InfiniteTimeSpan, limits: limits => limits.MaxUnsavedAge = TimeSpan.FromMinutes(5));
        var store = host.Services.GetRequiredService<KvStore>();
        store.Set("k", 1);
        Clock(host).Advance(TimeSpan.FromMinutes(5));
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
        Clock(host).Advance(TimeSpan.FromSeconds(1));

        var entry = await CheckAsync(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldBe("A change has been waiting for a save for 00:05:01, which is longer than 00:05:00.");
        store.Save();
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_TooLittleSpace_Fails_AndZeroTurnsItOff()
    {
        using var host = Host(section: new() { ["SnapshotKv:Health:MinAvailableBytes"] = $"{long.MaxValue}" });
        var entry = await CheckAsync(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldNotBeNull().ShouldEndWith($" bytes are free, and {long.MaxValue} are needed.");

        Reload(host, "SnapshotKv:Health:MinAvailableBytes", "0");
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Options_ReloadedWithWhatIsNotGood_DegradeTheCheckAndLeaveTheLastGoodLimits()
    {
        using var host = Host(section: new() { ["SnapshotKv:Health:MinAvailableBytes"] = "0" });
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);

        Reload(host, "SnapshotKv:Health:MinAvailableBytes", "much");
        var bad = await CheckAsync(host);
        bad.Status.ShouldBe(HealthStatus.Degraded);
        bad.Description.ShouldBe(
            "The settings of the health check are not good any more, so those from before count: SnapshotKv:Health:MinAvailableBytes must be a whole number; it is 'much'.");
        bad.Data.Keys.ShouldContain("availableBytes", "the store is looked at all the same");
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Degraded);

        Reload(host, "SnapshotKv:Health:MinAvailableBytes", "1");
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_OpeningThatLostCommits_FailsUntilThatIsAcknowledged_AlsoAtLaterOpenings()
    {
        Damage();
        using (var host = Host())
        {
            var entry = await CheckAsync(host);
            entry.Status.ShouldBe(HealthStatus.Unhealthy, "nothing tells how much the damaged snapshot had");
            entry.Data["recoveryProblems"].ShouldBe(1);
            entry.Data["hasUnacknowledgedLoss"].ShouldBe(true);
        }

        using (var host = Host())
        {
            (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Unhealthy);
            host.Services.GetRequiredService<KvStore>().RecoveryReport.Acknowledge();
            (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
        }

        using var reopened = Host();
        (await CheckAsync(reopened)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_OpeningThatFellBack_AndLostNothing_IsDegradedUntilTheStoreIsOpenedAgain()
    {
        Damage(static snapshot => [.. snapshot[..^1], (byte)(snapshot[^1] ^ 1)]);
        using (var host = Host())
        {
            var entry = await CheckAsync(host);
            entry.Status.ShouldBe(HealthStatus.Degraded);
            entry.Data["recoveryProblems"].ShouldBe(1);

            var store = host.Services.GetRequiredService<KvStore>();
            store.Set("k", 3);
            store.Save();
            (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Degraded, "a save does not mend the disk");
        }

        using var reopened = Host();
        (await CheckAsync(reopened)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Check_OpeningThatFellBack_IsNotReportedWhereThatIsTurnedOff()
    {
        Damage();
        using var host = Host(limits: limits => limits.ReportFallback = false);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["recoveryProblems"].ShouldBe(1);
    }

    [Fact]
    public async Task Check_SeveralFindings_AreAllTold_AndTheWorstCounts()
    {
        Damage();
        using var host = Host(limits: limits => limits.MinAvailableBytes = long.MaxValue);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldNotBeNull().ShouldStartWith("When the store was opened");
        entry.Description.ShouldEndWith("are needed.");
    }

    [Fact]
    public async Task Check_DirectoryThatIsGone_Fails()
    {
        using var host = Host();
        host.Services.GetRequiredService<KvStore>();
        Directory.Delete(_directory.Path, recursive: true);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldBe("The store's directory is gone, or cannot be asked for its free space.");
        Directory.CreateDirectory(_directory.Path);
    }

    [Fact]
    public async Task Check_StoreThatRefusesWrites_FailsUntilOneFindsRoom()
    {
        using var host = Host();
        var store = host.Services.GetRequiredService<KvStore>();
        var journal = Path.Combine(_directory.Path, "journal");
        await File.WriteAllTextAsync(journal, "in the way", Token);
        Should.Throw<KvStoreUnavailableException>(() => store.Set("k", 1));

        var entry = await CheckAsync(host);
        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldBe("Writes are refused, because the journal finds no room on the disk, or may not be written; they are tried anew each second. Reads go on.");
        entry.Exception.ShouldNotBeNull();

        File.Delete(journal);
        Clock(host).Advance(TimeSpan.FromSeconds(1));
        store.Set("k", 1);
        (await CheckAsync(host)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public void Judge_DeviceThatHasFailed_Fails()
    {
        var result = Judge(new IOException("EIO on /secret/path"), null, 0);

        result.Status.ShouldBe(HealthStatus.Unhealthy);
        result.Description.ShouldBe("The device did not take what was written to it. The store takes no more writes until it is opened again; reads go on.");
        result.Exception.ShouldBeOfType<IOException>();
    }

    [Theory]
    [InlineData(75, 75, HealthStatus.Healthy)]
    [InlineData(76, 75, HealthStatus.Degraded)]
    [InlineData(76, 80, HealthStatus.Healthy)]
    [InlineData(100, 100, HealthStatus.Healthy)]
    public void Judge_JournalThatIsFullerThanThat_IsDegraded(int journalBytes, int percent, HealthStatus status)
    {
        var result = Judge(null, null, journalBytes, percent);

        result.Status.ShouldBe(status);
        if (status == HealthStatus.Degraded)
        {
            result.Description.ShouldBe($"The journal takes {journalBytes} bytes, which is more than {percent} % of the 100 that it may.");
        }
    }

    [Theory]
    [InlineData(75, HealthStatus.Healthy)]
    [InlineData(90, HealthStatus.Healthy)]
    [InlineData(91, HealthStatus.Degraded)]
    public void Judge_JournalByTheDefault_IsDegradedOnlyWellBeyondWhereASnapshotIsForced(int journalBytes, HealthStatus status) =>
        Judge(null, null, journalBytes).Status.ShouldBe(status);

    [Fact]
    public void Judge_LossThatNobodyAcknowledged_FailsUntilSomebodyDoes()
    {
        var report = new KvRecoveryReport(null, [new("data-1", "damaged", null)], []) { HasLostCommits = true };
        var result = Judge(report);
        result.Status.ShouldBe(HealthStatus.Unhealthy);
        result.Description.ShouldBe("When the store was opened, commits were missing that had been acknowledged. Look at its recovery report, deal with the loss, and acknowledge it.");
        Judge(report, reportFallback: false).Status.ShouldBe(HealthStatus.Healthy);

        report.Acknowledge();
        Judge(report).Status.ShouldBe(HealthStatus.Healthy);
        Judge(new(null, [], []) { EarlierLoss = "commits 5 to 7" }).Status.ShouldBe(HealthStatus.Unhealthy, "an earlier opening's loss is told until then, too");
    }

    [Fact]
    public void Judge_DamageThatCostNothing_IsDegraded()
    {
        var result = Judge(new KvRecoveryReport(null, [], []) { JournalProblems = [new("000000000001.journal", "damaged", null)] });

        result.Status.ShouldBe(HealthStatus.Degraded);
        result.Description.ShouldBe("When the store was opened, 1 of its files were damaged and were set aside. Nothing is known to be missing, but look at the disk.");
    }

    [Fact]
    public void JudgeRecovery_FileOfPinsDamaged_IsDegraded() =>
        Judge(new KvRecoveryReport(null, [], []) { HistoryProblem = new("history.json", "damaged", null) }).ShouldSatisfyAllConditions(
            result => result.Status.ShouldBe(HealthStatus.Degraded),
            result => result.Description!.ShouldContain("1 of its files"));

    [Fact]
    public async Task Check_FollowerWithSomethingInItsWay_IsDegraded_AndWhatConcernsSavingIsItsOwners()
    {
        using var host = Host(
            configure: options => (options.Path, options.Mode) = (Path.Combine(_directory.Path, "missing"), KvStoreMode.Follower),
            limits: limits => limits.MinAvailableBytes = long.MaxValue);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Degraded);
        entry.Description.ShouldNotBeNull().ShouldStartWith("Something stands in the way of following the owner of the directory since ");
        entry.Description.ShouldNotContain("missing", Case.Sensitive, "what stands in the way may name paths");
        entry.Data["followerVersion"].ShouldBe(0L);
        entry.Data["followerReloads"].ShouldBe(0L);
        entry.Data["followerLag"].ShouldBeOfType<TimeSpan>();
        entry.Data.Keys.ShouldNotContain("availableBytes");
    }

    [Fact]
    public async Task Check_FollowerThatIsWell_IsHealthy()
    {
        using var owner = KvStore.Open(_directory.Path);
        owner.Set("k", 1);
        using var host = Host(configure: options => options.Mode = KvStoreMode.Follower);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["followerVersion"].ShouldBe(owner.GetStatistics().Version);
    }

    [Theory]
    [InlineData(10, 10, HealthStatus.Healthy)]
    [InlineData(11, 10, HealthStatus.Degraded)]
    [InlineData(11, 0, HealthStatus.Healthy)]
    public void JudgeFollower_Lag_IsDegradedBeyondItsLimit(int lagSeconds, int limitSeconds, HealthStatus expected)
    {
        var findings = new HealthFindings(HealthStatus.Unhealthy);
        var status = new KvFollowerStatus
        {
            Version = 7,
            CaughtUpAt = null,
            Lag = TimeSpan.FromSeconds(lagSeconds),
            Problem = null,
            Error = null,
            ProblemSince = null,
            Commits = 0,
            Reloads = 0,
            Snapshot = null,
        };

        SnapshotKvHealthCheck.JudgeFollower(status, new SnapshotKvHealthCheckOptions { MaxFollowerLag = limitSeconds > 0 ? TimeSpan.FromSeconds(limitSeconds) : Timeout.InfiniteTimeSpan }, findings);

        var result = findings.ToResult();
        result.Status.ShouldBe(expected);
        if (expected == HealthStatus.Degraded)
        {
            result.Description.ShouldBe("The store may be behind its owner for 00:00:11, which is longer than 00:00:10.");
        }
    }

    [Fact]
    public async Task Check_ClosedStore_Fails()
    {
        using var host = Host();
        host.Services.GetRequiredService<KvStore>().Dispose();

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldBe("The store is closed.");
        entry.Exception.ShouldBeOfType<ObjectDisposedException>();
    }

    [Fact]
    public async Task Check_StoreThatCannotBeOpened_FailsWithTheReason()
    {
        using var holder = KvStore.Open(_directory.Path);
        using var host = Host();

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Description.ShouldBe("The store cannot be opened: KvStoreLockedException.");
        entry.Exception.ShouldBeOfType<KvStoreLockedException>();
    }

    [Fact]
    public async Task Check_KeyedStore_IsTheOneThatWasNamed()
    {
        using var host = TestHost.Create(_directory.Path, after: services =>
        {
            services.AddKeyedSnapshotKv("carts");
            services.AddHealthChecks().AddSnapshotKv(storeName: "carts");
        });
        host.Services.GetRequiredService<KvStore>().Dispose();

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["store"].ShouldBe("carts");
        entry.Data["memoryOnly"].ShouldBe(true);
    }

    [Fact]
    public async Task Check_StoreThatNobodyRegistered_FailsInsteadOfThrowing()
    {
        using var host = Host(checks => checks.AddSnapshotKv(storeName: "carts"));

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Unhealthy);
        entry.Exception.ShouldBeOfType<OptionsValidationException>();
    }

    [Theory]
    [InlineData(null, "The health check is for the store without a name, which is not registered: call services.AddSnapshotKv(…), or give the storeName of one that is.")]
    [InlineData("nope", "The health check is for the store 'nope', which is not registered: call services.AddKeyedSnapshotKv(\"nope\", …).")]
    public async Task AddSnapshotKv_StoreThatNobodyRegistered_EndsTheStartNamingIt(string? storeName, string message)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKeyedSnapshotKv("other");
        builder.Services.AddHealthChecks().AddSnapshotKv(storeName: storeName);
        using var host = builder.Build();

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Failures.ShouldBe([message]);
    }

    [Fact]
    public async Task Check_MemoryOnlyStore_IsHealthyAndSaysSo()
    {
        using var host = Host(configure: options => options.Path = null, limits: limits => limits.MinAvailableBytes = long.MaxValue);
        host.Services.GetRequiredService<KvStore>().Set("k", 1);

        var entry = await CheckAsync(host);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Data["memoryOnly"].ShouldBe(true);
        entry.Data.Keys.ShouldNotContain("availableBytes");
        entry.Data.Keys.ShouldNotContain("lastSavedAt");
    }

    [Fact]
    public async Task Options_FromTheSection_AreRead_AndTheDelegateComesLast()
    {
        using var host = Host(
            section: new() { ["SnapshotKv:Health:FailedSaves"] = "7", ["SnapshotKv:Health:MaxUnsavedAge"] = "00:01:00", ["SnapshotKv:Health:MinAvailableBytes"] = "5", ["SnapshotKv:Health:ReportFallback"] = "false", ["SnapshotKv:Health:MaxJournalPercent"] = "50", ["SnapshotKv:Health:MaxFollowerLag"] = "00:00:30" },
            limits: limits => limits.FailedSaves++);
        await host.StartAsync(Token);

        var limits = host.Services.GetRequiredService<IOptions<SnapshotKvHealthCheckOptions>>().Value;

        limits.FailedSaves.ShouldBe(8);
        limits.MaxUnsavedAge.ShouldBe(TimeSpan.FromMinutes(1));
        limits.MinAvailableBytes.ShouldBe(5);
        limits.ReportFallback.ShouldBeFalse();
        limits.MaxJournalPercent.ShouldBe(50);
        limits.MaxFollowerLag.ShouldBe(TimeSpan.FromSeconds(30));
        await host.StopAsync(Token);
    }

    [Fact]
    public void Options_OfAnotherStore_AreReadFromItsOwnSection()
    {
        using var host = Host(
            checks =>
            {
                checks.Services.AddKeyedSnapshotKv("sessions");
                checks.AddSnapshotKv(storeName: "sessions");
            },
            section: new() { ["SnapshotKv:Health:FailedSaves"] = "7", ["SnapshotKv:Stores:sessions:Health:FailedSaves"] = "9" });

        host.Services.GetRequiredService<IOptionsMonitor<SnapshotKvHealthCheckOptions>>().Get("sessions").FailedSaves.ShouldBe(9);
    }

    [Fact]
    public async Task Options_OutOfRange_EndTheStartNamingAllOfThem()
    {
        using var host = Host(limits: limits => (limits.FailedSaves, limits.MaxUnsavedAge, limits.MinAvailableBytes, limits.MaxJournalPercent, limits.MaxFollowerLag) = (0, TimeSpan.Zero, -1, 101, TimeSpan.Zero));

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        exception.Failures.Select(failure => failure.Split(' ')[0]).ShouldBe(["FailedSaves", "MaxUnsavedAge", "MinAvailableBytes", "MaxJournalPercent", "MaxFollowerLag"]);
    }

    [Fact]
    public async Task Options_ThatCannotBeRead_EndTheStartNamingTheKey()
    {
        using var host = Host(section: new() { ["SnapshotKv:Health:ReportFallback"] = "perhaps", ["SnapshotKv:Health:MinAvailableBytes"] = "much" });

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        exception.Failures.ShouldBe(
        [
            "SnapshotKv:Health:MinAvailableBytes must be a whole number; it is 'much'.",
            "SnapshotKv:Health:ReportFallback must be true or false; it is 'perhaps'.",
        ]);
    }

    private IHost Host(
        Action<IHealthChecksBuilder>? add = null,
        Action<SnapshotKvOptions>? configure = null,
        Action<SnapshotKvHealthCheckOptions>? limits = null,
        Dictionary<string, string?>? section = null,
        CapturingLogger? log = null) =>
        TestHost.Create(
            _directory.Path,
            log,
            configure: configure,
            after: services =>
            {
                if (section is not null)
                {
                    services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(section).Build());
                }

                (add ?? (static checks => checks.AddSnapshotKv()))(services.AddHealthChecks());
                services.AddSnapshotKv().ConfigureHealthCheck(limits ?? (static _ => { }));
            });

    private static HealthCheckResult Judge(Exception? fault, Exception? refusal, long journalBytes, int? percent = null)
    {
        var findings = new HealthFindings(HealthStatus.Unhealthy);
        using var store = KvStore.Open((string?)null);
        var statistics = store.GetStatistics() with { Fault = fault, WriteRefusal = refusal, JournalBytes = journalBytes, MaxJournalBytes = 100 };
        var limits = new SnapshotKvHealthCheckOptions();
        limits.MaxJournalPercent = percent ?? limits.MaxJournalPercent;
        SnapshotKvHealthCheck.JudgeJournal(statistics, limits, findings);
        return findings.ToResult();
    }

    private static HealthCheckResult Judge(KvRecoveryReport report, bool reportFallback = true)
    {
        var findings = new HealthFindings(HealthStatus.Unhealthy);
        SnapshotKvHealthCheck.JudgeRecovery(report, new SnapshotKvHealthCheckOptions { ReportFallback = reportFallback }, findings);
        return findings.ToResult();
    }

    private static async Task<HealthReportEntry> CheckAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(Token);
        return report.Entries.Values.Single();
    }

    private static void Reload(IHost host, string key, string value)
    {
        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration[key] = value;
        configuration.Reload();
    }

    private static ManualTimeProvider Clock(IHost host) => (ManualTimeProvider)host.Services.GetRequiredService<TimeProvider>();

    private static void FailToSave(KvStore store, int times)
    {
        for (var i = 0; i < times; i++)
        {
            Should.Throw<KvStoreUnavailableException>(() => store.Save());
        }
    }

    /// <summary>Leaves a directory whose newest snapshot is damaged: by default so that nothing of it can be read.</summary>
    private void Damage(Func<byte[], byte[]>? damage = null)
    {
        string newest;
        using (var store = KvStore.Open(_directory.Path, new SnapshotKvOptions { TimeProvider = new ManualTimeProvider(), Compression = KvCompression.None }))
        {
            store.Set("k", 1);
            store.Save();
            store.Set("k", 2);
            newest = store.Save()!.FileName;
        }

        var path = Path.Combine(_directory.Path, "snapshots", newest);
        File.WriteAllBytes(path, damage is null ? [0] : damage(File.ReadAllBytes(path)));
    }
}
