using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>The code of docs/guides/configuration.md, compiled and run.</summary>
public sealed class ConfigurationGuideTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _console = new();

    public void Dispose()
    {
        _console.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Guide_Start_FollowsWhatIsWritten()
    {
        await Start(NewBuilder(), _console);

        _console.ToString().ShouldBe("smtp.example.org\n");
    }

    [Fact]
    public void Guide_Precedence_GivesTheCommandLineTheLastWord()
    {
        using (var store = KvStore.Open(Path.Combine(_directory.Path, "data")))
        {
            store.Set("config:Mail:Host", "of the store");
            store.Set("config:Mail:User", "of the store");
        }

        string[] args = ["--SnapshotKv:Path=data", "--Mail:Host=of the command line"];
        var settings = new HostApplicationBuilderSettings { ContentRootPath = _directory.Path, Args = args };
        var without = Host.CreateApplicationBuilder(settings);
        without.Configuration.AddSnapshotKv();
        using var hostWithout = without.Build();
        var builder = Host.CreateApplicationBuilder(settings);

        // begin precedence
        builder.Configuration.AddSnapshotKv();
        builder.Configuration.AddEnvironmentVariables().AddCommandLine(args);
        // end precedence
        using var host = builder.Build();

        without.Configuration["Mail:Host"].ShouldBe("of the store");
        builder.Configuration["Mail:Host"].ShouldBe("of the command line");
        builder.Configuration["Mail:User"].ShouldBe("of the store");
    }

    [Fact]
    public async Task Guide_Validation_KeepsTheLastGoodSet()
    {
        var builder = NewBuilder();
        AddValidated(builder);
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();

        await Write(writer, _console);

        _console.ToString().ShouldBe("changed by somebody else\nnot a port\nrevision 2\n");
        builder.Configuration["Mail:Port"].ShouldBe("587");
    }

    [Fact]
    public async Task Guide_History_IsListedAndTakenBack()
    {
        var builder = NewBuilder();
        builder.Configuration.AddSnapshotKv("data");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        using var host = builder.Build();
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        await writer.SetAsync("Mail:Host", "a", "anna", "first", cancellationToken: TestContext.Current.CancellationToken);
        await writer.SetAsync("Mail:Host", "b", "ben", "second", cancellationToken: TestContext.Current.CancellationToken);

        await TakeBack(writer, _console);

        _console.ToString().ShouldBe("2 ben: second (Mail:Host changed)\n1 anna: first (Mail:Host added)\n");
        builder.Configuration["Mail:Host"].ShouldBe("a");
    }

    [Fact]
    public async Task Guide_SingleKeys_AreTakenBack()
    {
        var builder = NewBuilder();
        builder.Configuration.AddSnapshotKv("data");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        using var host = builder.Build();
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        await writer.SetAsync("Mail:Host", "a", "anna", cancellationToken: TestContext.Current.CancellationToken);
        await writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "ben" }.Set("Mail:Host", "b").Set("Mail:Port", "25"), TestContext.Current.CancellationToken);
        await writer.SetAsync("Mail:Port", "26", "carl", cancellationToken: TestContext.Current.CancellationToken);

        await TakeKeysBack(writer, _console);

        _console.ToString().ShouldBe("carl\nben\n");
        builder.Configuration["Mail:Host"].ShouldBe("a");
        builder.Configuration["Mail:Port"].ShouldBeNull();
    }

    [Fact]
    public async Task Guide_Snapshot_IsGoneBackTo()
    {
        var builder = NewBuilder();
        builder.Configuration.AddSnapshotKv("data");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        using var host = builder.Build();

        await GoBack(host, host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>());

        builder.Configuration["Mail:Host"].ShouldBe("smtp.example.org");
    }

    [Fact]
    public void Guide_DebugView_HidesSecrets()
    {
        var builder = NewBuilder();
        Mask(builder, _console);

        _console.ToString().ShouldContain("Password=******");
    }

    [Fact]
    public void Guide_Options_AreAllNamed()
    {
        var guide = Repository.Read("docs/guides/configuration.md");

        foreach (var property in typeof(SnapshotKvConfigurationSource).GetProperties().Concat(typeof(SnapshotKvConfigurationOptions).GetProperties()))
        {
            guide.ShouldContain($"`{property.Name}`", Case.Sensitive);
        }
    }

    [Fact]
    public void Guide_Events_AreAllListedWithTheirNumbers()
    {
        var guide = Repository.Read("docs/guides/configuration.md");

        foreach (var field in typeof(SnapshotKv.Extensions.Diagnostics.SnapshotKvEventIds).GetFields().Where(field => (int)field.GetRawConstantValue()! is >= 120 and < 140))
        {
            guide.ShouldContain($"| {field.GetRawConstantValue()} | `{field.Name}` |", Case.Sensitive);
        }
    }

    private static async Task Start(HostApplicationBuilder builder, TextWriter console)
    {
        // begin start
        builder.Configuration.AddSnapshotKv("data");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        builder.Services.Configure<MailOptions>(builder.Configuration.GetSection("Mail"));
        using var host = builder.Build();
        await host.StartAsync();

        var mail = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        await writer.SetAsync("Mail:Host", "smtp.example.org", author: "anna", reason: "new provider");
        console.WriteLine(mail.CurrentValue.Host); // smtp.example.org, also after a restart
        // end start
    }

    private static void AddValidated(HostApplicationBuilder builder) =>
        // begin validate
        builder.Configuration.AddSnapshotKv(source =>
        {
            source.Path = "data";
            source.Validate(candidate => candidate["Mail:Host"] == "" ? ["Mail:Host must not be empty"] : []);
            source.ValidateOptions<MailOptions>("Mail", (section, options) => section.Bind(options), new MailOptionsValidator());
            source.OnError = exception => Console.Error.WriteLine(exception.Message);
        });
    // end validate

    private static async Task Write(ISnapshotKvConfigurationWriter writer, TextWriter console)
    {
        // begin write
        var shown = await writer.GetAsync(); // what a settings page shows, and its version

        await writer.SetAsync("Mail:Port", "25", author: "ben"); // meanwhile

        try
        {
            await writer.SetAsync("Mail:Port", "465", author: "anna", expectedVersion: shown.Version);
        }
        catch (KvConflictException)
        {
            console.WriteLine("changed by somebody else"); // the message names Mail:Port
        }

        try
        {
            await writer.SetAsync("Mail:Port", "70000", author: "anna");
        }
        catch (SnapshotKvConfigurationRefusedException)
        {
            console.WriteLine("not a port"); // nothing was written
        }

        var change = new SnapshotKvConfigurationChange { Author = "anna", Reason = "new provider" }
            .Set("Mail:Port", "587")
            .Remove("Mail:User")
            .ReplaceSection("Mail:Headers", [new("X-Mailer", "ours")]);
        var write = await writer.ApplyAsync(change); // one commit, one reload
        console.WriteLine($"revision {write.Revision}");
        // end write
    }

    private static async Task TakeBack(ISnapshotKvConfigurationWriter writer, TextWriter console)
    {
        // begin history
        foreach (var revision in await writer.GetHistoryAsync(limit: 20))
        {
            console.WriteLine($"{revision.Revision} {revision.Author}: {revision.Reason} ({string.Join(", ", revision.Changes)})");
        }

        await writer.UndoAsync(revision: 2, author: "anna");
        // end history
    }

    private static async Task TakeKeysBack(ISnapshotKvConfigurationWriter writer, TextWriter console)
    {
        // begin undo
        foreach (var revision in await writer.GetHistoryAsync("Mail:Port")) // a section does, too
        {
            console.WriteLine(revision.Author);
        }

        await writer.UndoAsync(new SnapshotKvConfigurationUndo(2) { Keys = ["Mail:Host"], Author = "anna" });
        await writer.UndoAsync(new SnapshotKvConfigurationUndo(2) { Force = true, Author = "anna" });
        // end undo
    }

    private static async Task GoBack(IHost host, ISnapshotKvConfigurationWriter writer)
    {
        // begin restore
        await writer.SetAsync("Mail:Host", "smtp.example.org", author: "anna");
        var store = host.Services.GetRequiredService<KvStore>();
        store.Pin(store.Save()!.FileName, "before-the-sale");

        await writer.SetAsync("Mail:Host", "sale.example.org", author: "ben");
        await writer.RestoreAsync("before-the-sale", author: "carl"); // smtp.example.org again, for IOptionsMonitor too
        // end restore
    }

    private static void Mask(HostApplicationBuilder builder, TextWriter console)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Mail:Password"] = "hidden", ["Billing:Iban"] = "hidden" });
        // begin mask
        builder.Configuration.AddSnapshotKv(source =>
        {
            source.Path = "data";
            source.MaskedKeys.Add("billing:*");
        });
        IConfigurationRoot configuration = builder.Configuration;
        console.WriteLine(configuration.GetSnapshotKvDebugView());
        // end mask
        console.ToString().ShouldNotBeNull().ShouldNotContain("hidden");
        ((IDisposable)builder.Configuration).Dispose();
    }

    private HostApplicationBuilder NewBuilder() =>
        Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });

    private sealed class MailOptions
    {
        public string? Host { get; set; }

        public int Port { get; set; }
    }

    private sealed class MailOptionsValidator : IValidateOptions<MailOptions>
    {
        public ValidateOptionsResult Validate(string? name, MailOptions options) =>
            options.Port is >= 0 and <= 65_535 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Mail:Port must be 0 to 65535");
    }
}
