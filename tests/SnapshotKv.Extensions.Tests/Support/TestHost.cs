using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>A real generic host over a directory, with a clock that stands still and a logger that remembers.</summary>
internal static class TestHost
{
    public static IHost Create(
        string? path,
        CapturingLogger? log = null,
        Action<IServiceCollection>? before = null,
        Action<IServiceCollection>? after = null,
        Action<SnapshotKvOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        before?.Invoke(builder.Services);
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.Services.AddSnapshotKv(options =>
        {
            options.Path = path;
            configure?.Invoke(options);
        });
        after?.Invoke(builder.Services);
        return builder.Build();
    }

    /// <summary>The bytes that a store in the directory has under a key now that nobody has it open.</summary>
    public static byte[]? ReadBack(string path, string key)
    {
        using var store = KvStore.Open(path, new SnapshotKvOptions { TimeProvider = new ManualTimeProvider() });
        return store.TryGetBytes(key, out var value) ? value : null;
    }

    /// <summary>Moves the clock on until something has happened that follows from it: a timer is set by another thread some time after what the test saw.</summary>
    public static async Task AdvanceUntilAsync(ManualTimeProvider clock, Task happened)
    {
        while (!happened.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        await happened;
    }

    /// <summary>Makes every later save of the store in the directory fail, for root as well.</summary>
    public static void BreakSaving(string path)
    {
        var snapshots = Path.Combine(path, "snapshots");
        if (Directory.Exists(snapshots))
        {
            Directory.Delete(snapshots, recursive: true);
        }

        File.WriteAllText(snapshots, "in the way");
    }

    public static void RepairSaving(string path) => File.Delete(Path.Combine(path, "snapshots"));
}
