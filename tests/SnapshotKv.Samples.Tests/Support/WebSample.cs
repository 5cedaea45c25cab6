namespace SnapshotKv.Samples.Tests.Support;

/// <summary>A sample that serves HTTP on a port of the loopback that the kernel chooses, with data that stay over its restarts.</summary>
internal sealed class WebSample : IAsyncDisposable
{
    private readonly string _sample;
    private readonly string[] _arguments;
    private readonly TemporaryDirectory _home = new();
    private SampleProcess? _process;

    private WebSample(string sample, string[] arguments)
    {
        _sample = sample;
        _arguments = arguments;
    }

    /// <summary>Where it listens since its last start, without a slash at the end.</summary>
    public string Url { get; private set; } = "";

    /// <summary>The directory that it works in, which is empty at first and deleted in the end.</summary>
    public string Home => _home.Path;

    public SampleProcess Process => _process!;

    public static async Task<WebSample> StartAsync(string sample, params string[] arguments)
    {
        var started = new WebSample(sample, arguments);
        await started.StartAsync();
        return started;
    }

    /// <summary>Starts it, at first and after <see cref="StopAsync"/>: at another address then.</summary>
    /// <param name="url">The address.</param>
    /// <param name="more">What is added to its command line this time, and goes before what was said at first.</param>
    public async Task StartAsync(string url = "http://127.0.0.1:0", IReadOnlyList<string>? more = null)
    {
        _process = SampleProcess.Start(_sample, Home,
        [
            "--urls", url,
            // The settings file lies there, and a sample started by its project finds it the same way.
            "--contentRoot", SampleProcess.DirectoryOf(_sample),
            "--SnapshotKv:Path", Path.Combine(Home, "store"),
            "--Logging:LogLevel:Microsoft.Hosting.Lifetime", "Information",
            .. _arguments, .. more ?? [],
        ]);
        Url = (await _process.WaitForLineAsync(@"Now listening on: (?<url>http://\S+)")).Groups["url"].Value;
    }

    /// <summary>Ends it as an orchestrator does, which must go well.</summary>
    public async Task StopAsync()
    {
        (await Process.TerminateAsync()).ShouldBe(0, Process.Output);
        await Process.DisposeAsync();
    }

    /// <summary>Ends it and starts it anew where it was, so that open pages find it again.</summary>
    public async Task RestartAsync(params string[] more)
    {
        await StopAsync();
        await StartAsync(Url, more: more);
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _home.Dispose();
    }
}
