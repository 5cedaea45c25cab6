using System.Net;
using SnapshotKv.Samples.Tests.Support;
using SnapshotKv.Tests;

namespace SnapshotKv.Samples.Tests;

/// <summary>The programs of ten lines that the README shows, run as it says, each in an empty directory.</summary>
public sealed class ProgramsTests : IDisposable
{
    private const int MostLines = 10;

    private readonly TemporaryDirectory _home = new();

    public static TheoryData<string> Programs => new(Repository.Files("samples/Programs", "Program.cs"));

    public void Dispose() => _home.Dispose();

    /// <summary>Blank lines and <c>using</c> lines do not count, all others do, those with nothing but a brace too.</summary>
    [Theory]
    [MemberData(nameof(Programs))]
    public void Program_WithoutBlankAndUsingLines_HasTenLinesAtMostAndIsInTheReadme(string program)
    {
        var lines = Repository.Read(program).Split('\n').Where(static line => line.Trim().Length > 0 && !line.StartsWith("using ", StringComparison.Ordinal));
        // "using var" is a statement, and counts.
        var statements = Repository.Read(program).Split('\n').Count(static line => line.StartsWith("using var ", StringComparison.Ordinal));

        (lines.Count() + statements).ShouldBeLessThanOrEqualTo(MostLines, program);
        Repository.Read("README.md").ShouldContain($"<!-- from: {program} -->");
    }

    [Fact]
    public async Task Cache_InTheSecondRun_HasWhatTheFirstPutIn()
    {
        (await RunAsync("Cache")).ShouldContain("Nothing yet, run it again.");

        (await RunAsync("Cache")).ShouldContain("Hello from the run before.");
    }

    [Fact]
    public async Task Store_InTheSecondRun_CountsOnAndFindsByTag()
    {
        (await RunAsync("Store")).ShouldContain("Run 1, people: user:1\n");

        (await RunAsync("Store")).ShouldContain("Run 2, people: user:1, user:2\n");
    }

    [Fact]
    public async Task Keyed_TwoNames_AreTwoStores()
    {
        (await RunAsync("Keyed")).ShouldContain("Two stores.");

        Directory.GetFiles(Path.Combine(_home.Path, "data", "orders", "snapshots")).ShouldHaveSingleItem();
        Directory.Exists(Path.Combine(_home.Path, "data", "reports")).ShouldBeTrue();
    }

    [Fact]
    public async Task Configuration_AfterTheWriter_HasWhatItWrote()
    {
        (await RunAsync("Configuration")).ShouldContain("Good day.");
        (await RunAsync("Writer")).ShouldContain("Welcome back! (by Ada)");

        (await RunAsync("Configuration")).ShouldContain("Welcome back!");
        (await RunAsync("Host")).ShouldContain("Welcome back!");
    }

    [Fact]
    public async Task Host_WithConfigurationAndCacheInOneStore_UsesBoth()
    {
        (await RunAsync("Host")).ShouldContain("Good day.");

        Directory.GetFiles(Path.Combine(_home.Path, "data", "snapshots")).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Session_OverARestart_IsFoundAgain()
    {
        var cookies = new CookieContainer();
        await using (var program = Start("Session"))
        {
            using var client = await ClientOfAsync(program, cookies);
            await client.PostAsync(new Uri("/pens", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
            await client.PostAsync(new Uri("/pens", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
            await client.PostAsync(new Uri("/ink", UriKind.Relative), content: null, TestContext.Current.CancellationToken);
            (await program.TerminateAsync()).ShouldBe(0, program.Output);
        }

        await using (var program = Start("Session"))
        {
            using var client = await ClientOfAsync(program, cookies);
            (await client.GetStringAsync(new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldBe("1 ink, 2 pens");
        }
    }

    [Fact]
    public async Task Health_OfAStoreThatWorks_IsHealthy()
    {
        await using var program = Start("Health");
        using var client = await ClientOfAsync(program, new());

        (await client.GetStringAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken)).ShouldBe("Healthy");
    }

    private SampleProcess Start(string program) => SampleProcess.Start($"samples/Programs/{program}", _home.Path, "--urls", "http://127.0.0.1:0");

    /// <summary>Runs one to its end, which has to be a good one, and gives what it printed.</summary>
    private async Task<string> RunAsync(string program)
    {
        await using var running = Start(program);
        (await running.WaitForExitAsync()).ShouldBe(0, running.Output);
        return running.Output + "\n";
    }

    private static async Task<HttpClient> ClientOfAsync(SampleProcess program, CookieContainer cookies)
    {
        var url = (await program.WaitForLineAsync(@"Now listening on: (?<url>http://\S+)")).Groups["url"].Value;
        var handler = new SocketsHttpHandler { CookieContainer = cookies };
        return new HttpClient(handler) { BaseAddress = new Uri(url), Timeout = SampleProcess.Patience };
    }
}
