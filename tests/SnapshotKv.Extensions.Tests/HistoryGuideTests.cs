using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests;

/// <summary>The code of docs/guides/history.md, compiled and run.</summary>
public sealed class HistoryGuideTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _console = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _console.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Guide_Snapshots_AreListedComparedKeptAndGoneBackTo()
    {
        using var store = KvStore.Open(_directory.Path);
        store.Set("user:1", "Ada");
        store.Save();

        List(store, _console);
        Pin(store);
        store.Set("user:1", "Grace");
        store.Set("user:2", "Edsger");
        Compare(store, _console);
        Look(store, _console);
        Restore(store, _console);

        _console.ToString().ShouldMatch("""^data-\S+: 1 entries, saved as Requested, kept as \nChanged user:1\nAdded user:2\nAda\n1 entries are as before the migration\nGrace\n$""");
        store.TryGet<string>("user:1", out var user).ShouldBeTrue();
        user.ShouldBe("Grace");
    }

    [Fact]
    public void Guide_Protect_KeepsWhatMustNotComeBack()
    {
        using var store = KvStore.Open(_directory.Path);
        store.Set("revoked:7", false);
        store.Pin(store.Save()!.FileName, "noon");
        store.Set("revoked:7", true);

        // begin protect
        store.Protect("revoked:");
        // end protect
        store.Restore("noon");

        store.TryGet<bool>("revoked:7", out var revoked).ShouldBeTrue();
        revoked.ShouldBeTrue();
    }

    [Fact]
    public void Guide_Thinning_IsASetting()
    {
        // begin thinning
        using var store = KvStore.Open(_directory.Path, new SnapshotKvOptions { KeepHourly = 24, KeepDaily = 14 });
        // end thinning

        store.Set("a", 1);
        store.Save().ShouldNotBeNull();
    }

    [Fact]
    public async Task Guide_Configuration_GoesBackAsOneMoreChange()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });
        builder.Configuration.AddSnapshotKv("data");
        builder.Services.AddSnapshotKv(options => options.Path = "data");
        using var host = builder.Build();
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        var store = host.Services.GetRequiredService<KvStore>();
        await writer.SetAsync("Mail:Host", "a", "anna", cancellationToken: Token);
        store.Pin(store.Save()!.FileName, "monday");
        await writer.SetAsync("Mail:Host", "b", "ben", cancellationToken: Token);

        await GoBack(writer, _console);

        _console.ToString().ShouldMatch("""^Mail:Host changed\n3 carl: Goes back to 'monday', the snapshot data-\S+\n$""");
        builder.Configuration["Mail:Host"].ShouldBe("b");
    }

    private static void List(KvStore store, TextWriter console)
    {
        // begin list
        foreach (var snapshot in store.ListSnapshots())
        {
            console.WriteLine($"{snapshot.FileName}: {snapshot.Entries} entries, saved as {snapshot.Reason}, kept as {string.Join(", ", snapshot.PinnedNames)}");
        }
        // end list
    }

    private static void Pin(KvStore store)
    {
        // begin pin
        var saved = store.Save()!;
        store.Pin(saved.FileName, "before-the-migration");
        // end pin
    }

    private static void Compare(KvStore store, TextWriter console)
    {
        // begin compare
        foreach (var difference in store.Compare("before-the-migration", prefix: "user:"))
        {
            console.WriteLine($"{difference.Kind} {difference.Key}");
        }
        // end compare
    }

    private static void Look(KvStore store, TextWriter console)
    {
        // begin look
        using var then = store.OpenSnapshot("before-the-migration");
        if (then.TryGet<string>("user:1", out var user))
        {
            console.WriteLine(user);
        }
        // end look
    }

    private static void Restore(KvStore store, TextWriter console)
    {
        // begin restore
        var restored = store.Restore("before-the-migration", prefix: "user:");
        console.WriteLine($"{restored.Entries} entries are as before the migration");

        store.Restore(restored.BeforeName, prefix: "user:"); // and back again
        // end restore
        store.TryGet<string>("user:1", out var user);
        console.WriteLine(user);
    }

    private static async Task GoBack(ISnapshotKvConfigurationWriter writer, TextWriter console)
    {
        // begin configuration
        var back = new SnapshotKvConfigurationRestore("monday") { Section = "Mail", Author = "carl" };
        foreach (var change in await writer.PreviewRestoreAsync(back))
        {
            console.WriteLine(change);
        }

        var write = await writer.RestoreAsync("monday", author: "carl");
        // end configuration
        var last = (await writer.GetHistoryAsync(1, Token)).Single();
        console.WriteLine($"{last.Revision} {last.Author}: {last.Reason}");
        // begin configuration-undo
        await writer.UndoAsync(write.Revision, author: "carl"); // and back again
        // end configuration-undo
    }
}
