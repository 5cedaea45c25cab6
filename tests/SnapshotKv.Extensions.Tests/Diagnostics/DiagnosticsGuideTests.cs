using System.Diagnostics.Metrics;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Tests;
using SnapshotKv.Tests.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>The code of <c>docs/guides/diagnostics.md</c>, run, and its tables, compared.</summary>
public sealed partial class DiagnosticsGuideTests
{
    private const string Guide = "docs/guides/diagnostics.md";

    [Fact]
    public async Task Guide_HealthBlock_AnswersAndLeavesReadinessAlone()
    {
        using var directory = new TemporaryDirectory();
        // begin health
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSnapshotKv(options => options.Path = directory.Path);
        builder.Services.AddHealthChecks().AddSnapshotKv();
        // end health
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        // begin endpoints
        var app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/ready", new HealthCheckOptions { Predicate = check => !check.Tags.Contains("storage") });
        // end endpoints
        await app.StartAsync(TestContext.Current.CancellationToken);
        using var client = app.GetTestClient();
        (await client.GetStringAsync("/health", TestContext.Current.CancellationToken)).ShouldBe("Healthy");

        await app.Services.GetRequiredService<KvStore>().DisposeAsync();

        (await client.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        (await client.GetAsync("/ready", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        await app.StopAsync(TestContext.Current.CancellationToken);
        await app.DisposeAsync();
    }

    [Fact]
    public void Guide_ListenerBlock_PrintsEachSave()
    {
        using var directory = new TemporaryDirectory();
        var lines = new List<string>();
        var store = KvStore.Open(directory.Path, new SnapshotKvOptions { Name = nameof(Guide_ListenerBlock_PrintsEachSave) });
        // begin listener
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, itself) =>
        {
            if (instrument.Meter.Name == SnapshotKvDiagnostics.MeterName && instrument.Name == SnapshotKvDiagnostics.SaveDuration)
            {
                itself.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, seconds, tags, _) =>
        {
            lines.Add($"{instrument.Name}: {seconds:F3} s, {string.Join(", ", tags.ToArray())}");
        });
        listener.Start();
        // end listener
        store.Set("k", 1);
        // begin statistics
        KvStoreStatistics before = store.GetStatistics();
        if (before.HasUnsavedChanges)
        {
            store.Save();
        }

        KvStoreStatistics after = store.GetStatistics();
        Console.WriteLine($"{after.Entries} entries, saved at {after.LastSavedAt:T}, {store.GetAvailableBytes()} bytes free");
        // end statistics
        store.Dispose();

        after.HasUnsavedChanges.ShouldBeFalse();
        lines.ToArray().ShouldContain(line => line.Contains(nameof(Guide_ListenerBlock_PrintsEachSave), StringComparison.Ordinal) && line.Contains("success", StringComparison.Ordinal));
    }

    [Fact]
    public void Guide_TableOfInstruments_IsWhatTheMetersHave()
    {
        using var host = TestHost.Create(path: null);
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        host.Services.GetRequiredService<IDistributedCache>();

        var listed = InstrumentRow().Matches(Repository.Read(Guide)).Select(row => $"{row.Groups["name"].Value} {row.Groups["kind"].Value} {row.Groups["unit"].Value}").ToList();

        listed.ShouldBe(collector.Instruments.Select(instrument => $"{instrument.Name} {KindOf(instrument)} {instrument.Unit}"), ignoreOrder: true);

        static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
        {
            "Histogram" => "histogram",
            "Counter" or "ObservableCounter" => "counter",
            "ObservableUpDownCounter" => "up-down counter",
            "ObservableGauge" => "gauge",
            var other => other,
        };
    }

    [Theory]
    [MemberData(nameof(PublicNames))]
    public void Guide_NamesEveryPublicName(string name) => Repository.Read(Guide).ShouldContain($"`{name}`");

    public static TheoryData<string> PublicNames => new(typeof(SnapshotKvDiagnostics).GetFields().Select(static name => (string)name.GetRawConstantValue()!).Distinct());

    [GeneratedRegex(@"^\| `(?<name>[a-z._]+)` \| (?<kind>histogram|counter|up-down counter|gauge) \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex InstrumentRow();
}
