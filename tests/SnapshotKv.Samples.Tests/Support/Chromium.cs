using Microsoft.Playwright;
using SnapshotKv.Samples.Tests.Support;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>One browser without a window for all tests, each of which has a profile of its own in it.</summary>
/// <remarks>
/// The machine's own browser is taken; nothing is downloaded. Where there is none the tests that need one are skipped, unless
/// <c>SNAPSHOTKV_REQUIRE_BROWSER</c> is 1: then they fail.
/// </remarks>
public sealed class Chromium : IAsyncLifetime
{
    private const string Required = "SNAPSHOTKV_REQUIRE_BROWSER";

    /// <summary>The first is the same engine without what draws windows: it takes less than half of a whole browser's time, which the others are also without a window.</summary>
    private static readonly string[] Names = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly SemaphoreSlim _launching = new(1, 1);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>A new profile: no cookies, nothing kept.</summary>
    internal async Task<IBrowserContext> NewProfileAsync(BrowserNewContextOptions? options = null)
    {
        // Launched by the first test that needs it, not for a run of tests that do without.
        var cancellationToken = TestContext.Current.CancellationToken;
        await _launching.WaitAsync(cancellationToken);
        try
        {
            _browser ??= await LaunchAsync();
        }
        finally
        {
            _launching.Release();
        }

        var profile = await _browser.NewContextAsync(options ?? new());
        profile.SetDefaultTimeout((float)SampleProcess.Patience.TotalMilliseconds);
        return profile;
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        _launching.Dispose();
    }

    private async Task<IBrowser> LaunchAsync()
    {
        var executable = Find();
        if (executable is null)
        {
            var reason = $"There is no browser: none of {string.Join(", ", Names)} is in the path.";
            if (Environment.GetEnvironmentVariable(Required) == "1")
            {
                Assert.Fail($"{reason} {Required} is set.");
            }

            Assert.Skip(reason);
        }

        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = executable,
            // Containers give a browser little shared memory; files serve as well.
            Args = ["--disable-dev-shm-usage"],
        });
    }

    private static string? Find() =>
        Names.SelectMany(static name => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
                .Select(directory => Path.Combine(directory, name)))
            .FirstOrDefault(File.Exists);
}
