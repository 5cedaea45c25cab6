using System.Collections.Concurrent;
using System.Globalization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>Restores while others read and write.</summary>
public sealed class RestoreConcurrencyTests
{
    private const int Keys = 400;
    private const int Restores = 12;

    [Theory]
    [InlineData("p:")]
    [InlineData("")]
    public async Task Restore_WhileOthersReadAndWrite_LosesNothingOutsideAndShowsNoGap(string prefix)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Protect("kept:");
        for (var i = 0; i < Keys; i++)
        {
            store.Set(Name("p:", i), -1);
        }

        var then = store.Save()!.FileName;
        var isOver = false;
        var faults = new ConcurrentQueue<string>();
        var outside = prefix.Length == 0 ? "kept:" : "q:";
        var writers = Enumerable.Range(0, 2).Select(number => Task.Run(() => Write(store, new Random(seed + number), outside, number, () => Volatile.Read(ref isOver), faults))).ToArray();
        var readers = new[]
        {
            Task.Run(() => ReadKeys(store, new Random(seed), () => Volatile.Read(ref isOver), faults), TestContext.Current.CancellationToken),
            Task.Run(() => ReadScans(store, () => Volatile.Read(ref isOver), faults), TestContext.Current.CancellationToken),
        };

        for (var i = 0; i < Restores; i++)
        {
            (await store.RestoreAsync(then, prefix, TestContext.Current.CancellationToken)).Entries.ShouldBe(Keys);
        }

        Volatile.Write(ref isOver, true);
        var written = await Task.WhenAll(writers);
        await Task.WhenAll(readers);
        faults.ShouldBeEmpty($"seed {seed}");
        foreach (var (key, value) in written.SelectMany(one => one))
        {
            store.TryGet<int>(key, out var found).ShouldBeTrue($"{key}, seed {seed}");
            found.ShouldBe(value, $"{key}, seed {seed}");
        }

        var contents = store.Contents(outside);
        using var killed = home.Killed().Open();
        killed.Contents(outside).ShouldBe(contents);
        killed.Contents("p:").ShouldBe(store.Contents("p:"));
    }

    /// <summary>Writes keys of its own outside of the restores, which must all stay, and any inside; and adds under the condition of a version, each time to what it has seen.</summary>
    private static Dictionary<string, int> Write(KvStore store, Random random, string outside, int number, Func<bool> isOver, ConcurrentQueue<string> faults)
    {
        var own = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 1; !isOver() && i < 2_000_000; i++)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{outside}{number}:{random.Next(50)}");
            store.Set(key, i);
            own[key] = i;
            store.Set(Name("p:", random.Next(Keys)), i);

            // A version that was read with a value never admits a write over another value.
            var counter = string.Create(CultureInfo.InvariantCulture, $"{outside}{number}:counter");
            if (!store.TryGetInfo(counter, out var info) ? store.TryAdd(counter, 1) : store.TryUpdate(counter, own[counter] + 1, info.Version))
            {
                own[counter] = own.GetValueOrDefault(counter) + 1;
            }
            else
            {
                faults.Enqueue($"{counter} was refused: nobody else writes it, and no restore is about it");
            }
        }

        return own;
    }

    private static void ReadKeys(KvStore store, Random random, Func<bool> isOver, ConcurrentQueue<string> faults)
    {
        while (!isOver())
        {
            var key = Name("p:", random.Next(Keys));
            if (!store.TryGet<int>(key, out _))
            {
                faults.Enqueue($"{key} was missing");
            }
        }
    }

    /// <summary>Every key is there before, during and after each restore.</summary>
    private static void ReadScans(KvStore store, Func<bool> isOver, ConcurrentQueue<string> faults)
    {
        while (!isOver())
        {
            var count = store.GetKeys("p:").Count();
            if (count != Keys)
            {
                faults.Enqueue($"a scan found {count} keys");
            }
        }
    }

    private static string Name(string prefix, int number) => string.Create(CultureInfo.InvariantCulture, $"{prefix}{number}");
}
