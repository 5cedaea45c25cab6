using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Benchmarks.Peers;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Extensions.AspNetCore.Tests.Session;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.AspNetCore.Tests;

/// <summary>What the README's table says of us and of the memory cache, row by row. What it says of two requests and one session is in <see cref="SessionHostTests"/>.</summary>
public sealed partial class ComparisonTests : IDisposable
{
    private static readonly DistributedCacheEntryOptions NoExpiry = new();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Table_HasNoRowThatIsNotLookedAtHere()
    {
        var rows = Rows().Select(row => row[0]).ToList();

        rows.ShouldBe(
        [
            "Runs", "After a restart", "After `kill -9`", "A read at 10,000 entries takes", "A value is handed out", "`IBufferDistributedCache`, for `HybridCache`",
            "Expiry under a second", "List, count, remove by prefix and tag", "Two requests change one session", "Sessions listed and revoked",
            "Settings written and followed live, with history", "Earlier states listed, compared and restored", "Bounded size", "Several machines",
        ]);
    }

    [Fact]
    public void AfterARestart_OursHasAll_TheMemoryCacheNothing()
    {
        using (var before = Ours())
        {
            before.GetRequiredService<IDistributedCache>().Set("k", [1], NoExpiry);
        }

        using var after = Ours();
        after.GetRequiredService<IDistributedCache>().Get("k").ShouldBe([1]);
        using (var before = Memory())
        {
            before.GetRequiredService<IDistributedCache>().Set("k", [1], NoExpiry);
        }

        using var memory = Memory();
        memory.GetRequiredService<IDistributedCache>().Get("k").ShouldBeNull();
    }

    [Fact]
    public void AfterARestart_AndAfterKill_SqliteHasAll()
    {
        using var sqlite = new SqliteCache(Path.Combine(_directory.Path, "cache.db"));
        sqlite.Set("k", [1], NoExpiry);

        // What a process that is killed leaves behind is what lies on the disk at that moment.
        using var left = new SqliteCache(CopyOf(_directory.Path, "cache.db"));
        left.Get("k").ShouldBe([1]);
    }

    [Fact]
    public void AfterKill_OursHasAllByDefault_AndTheLastSnapshotAtLevelSnapshot()
    {
        new SnapshotKvOptions().Durability.ShouldBe(KvDurability.Process);
        new SnapshotKvOptions().SaveDebounce.ShouldBe(TimeSpan.FromSeconds(10));

        KeysAfterKill("default", KvDurability.Process).ShouldBe(["saved", "unsaved"]);
        KeysAfterKill("as Go", KvDurability.Snapshot).ShouldBe(["saved"]);
    }

    [Fact]
    public void FiguresOfTheTable_AreThoseOfTheBenchmarks()
    {
        var summary = Repository.Read("benchmarks/results/summary.md");
        var row = Rows().Single(row => row[0].StartsWith("A read", StringComparison.Ordinal));

        // All of them are multiples of the memory cache's time. SQLite was measured against ours.
        var ours = RatioIn(summary, "`IDistributedCache.Get`, own copy, no expiry", "10 k");
        var sqlite = ours * RatioIn(summary, "SQLite behind the same interface", "Get");
        Multiple(row[1]).ShouldBe(1);
        Multiple(row[2]).ShouldBe(sqlite, 0.15 * sqlite);
        Multiple(row[4]).ShouldBe(ours);
    }

    [Fact]
    public void AValue_IsCopiedByOurs_AndNotByTheMemoryCache()
    {
        using var ours = Ours();
        using var memory = Memory();

        IsSpoilt(ours.GetRequiredService<IDistributedCache>()).ShouldBeFalse();
        IsSpoilt(memory.GetRequiredService<IDistributedCache>()).ShouldBeTrue();
    }

    [Fact]
    public void BufferInterface_IsOurs_AndNotTheMemoryCaches()
    {
        using var ours = Ours();
        using var memory = Memory();

        ours.GetRequiredService<IDistributedCache>().ShouldBeAssignableTo<IBufferDistributedCache>();
        memory.GetRequiredService<IDistributedCache>().ShouldNotBeAssignableTo<IBufferDistributedCache>();
    }

    [Fact]
    public void ExpiryUnderASecond_IsKept()
    {
        var clock = new ManualTimeProvider();
        using var ours = Ours(clock);
        var cache = ours.GetRequiredService<IDistributedCache>();
        cache.Set("k", [1], new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(300) });

        clock.Advance(TimeSpan.FromMilliseconds(299));
        cache.Get("k").ShouldNotBeNull();
        clock.Advance(TimeSpan.FromMilliseconds(1));
        cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void ListCountAndRemove_AreTheStores()
    {
        using var ours = Ours();
        var store = ours.GetRequiredService<IKvStore>();
        ours.GetRequiredService<IDistributedCache>().Set("a", [1], NoExpiry);
        store.Set("b", 1, new KvEntryOptions { Tags = ["t"] });

        store.GetKeys("cache:").ShouldBe(["cache:a"]);
        store.Count().ShouldBe(2);
        store.RemoveByPrefix("cache:").ShouldBe(1);
        store.RemoveByTag("t").ShouldBe(1);
    }

    [Fact]
    public void SessionsAndSettings_AreThere()
    {
        using var ours = Ours(more: services => services.AddSnapshotKvSession());

        ours.GetRequiredService<ISnapshotKvSessionDirectory>().ShouldNotBeNull();
        ours.GetRequiredService<ISnapshotKvConfigurationWriter>().ShouldNotBeNull();
    }

    [Fact]
    public void BoundedSize_OfTheMemoryCache_Is200MB() =>
        new MemoryDistributedCacheOptions().SizeLimit.ShouldBe(200 * 1024 * 1024);

    private static IReadOnlyList<string[]> Rows()
    {
        var readme = Repository.Read("README.md");
        var table = readme[readme.IndexOf("<!-- table: comparison -->", StringComparison.Ordinal)..];
        return [.. table.Split('\n').Skip(3).TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|').Split(" | ").Select(cell => cell.Trim()).ToArray())];
    }

    /// <summary>What the benchmarks measured: the number behind a label, in the fourth column of a goal's row.</summary>
    private static double RatioIn(string summary, string goal, string label)
    {
        var measured = summary.Split('\n').Single(line => line.StartsWith("| " + goal, StringComparison.Ordinal)).Split(" | ")[3];
        return Multiple(measured[(measured.IndexOf(label + ": ", StringComparison.Ordinal) + label.Length + 2)..]);
    }

    private static double Multiple(string text) => double.Parse(Number().Match(text).Value, CultureInfo.InvariantCulture);

    private static bool IsSpoilt(IDistributedCache cache)
    {
        cache.Set("k", [1], NoExpiry);
        cache.Get("k")![0] = 2;
        return cache.Get("k")![0] == 2;
    }

    /// <summary>What a process that is killed leaves behind is what lies on the disk at that moment.</summary>
    private List<string> KeysAfterKill(string name, KvDurability level)
    {
        var (path, left) = (Path.Combine(_directory.Path, name), Path.Combine(_directory.Path, name + " left"));
        var options = new SnapshotKvOptions { TimeProvider = new ManualTimeProvider(), Durability = level };
        using var store = KvStore.Open(path, options);
        store.Set("saved", 1);
        store.Save();
        store.Set("unsaved", 1);
        foreach (var directory in Directory.GetDirectories(path))
        {
            CopyOf(directory, "", Path.Combine(left, Path.GetFileName(directory)));
        }

        using var reopened = KvStore.Open(left, options);
        return [.. reopened.GetKeys()];
    }

    private string CopyOf(string directory, string file, string into = "left")
    {
        var target = Path.Combine(_directory.Path, into);
        Directory.CreateDirectory(target);
        foreach (var source in Directory.GetFiles(directory))
        {
            File.Copy(source, Path.Combine(target, Path.GetFileName(source)));
        }

        return Path.Combine(target, file);
    }

    private static ServiceProvider Memory() => new ServiceCollection().AddDistributedMemoryCache().BuildServiceProvider();

    private ServiceProvider Ours(TimeProvider? clock = null, Action<IServiceCollection>? more = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton(clock ?? new ManualTimeProvider());
        services.AddSnapshotKv(options => options.Path = _directory.Path);
        more?.Invoke(services);
        return services.BuildServiceProvider();
    }

    [GeneratedRegex(@"\d[\d.]*(?= ×)")]
    private static partial Regex Number();
}
