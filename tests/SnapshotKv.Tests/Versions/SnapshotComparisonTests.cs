using System.Text;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Versions;

public sealed class SnapshotComparisonTests(ITestOutputHelper output)
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Compare_TwoSnapshots_TellsWhatWasAddedRemovedAndChangedInOrder()
    {
        using var store = _home.Open();
        store.Set("b", 1);
        store.Set("c", 2);
        store.Set("same", 3);
        var first = store.Save()!;
        store.Set("c", 20);
        store.Remove("b");
        store.Set("a", 4);
        var second = store.Save()!;
        store.Clear();

        var differences = store.Compare(first.FileName, second.FileName).ToList();

        differences.Select(each => (each.Kind, each.Key)).ShouldBe(
            [(KvDifferenceKind.Added, "a"), (KvDifferenceKind.Removed, "b"), (KvDifferenceKind.Changed, "c")]);
        differences[2].Before.ToArray().ShouldBe([2]);
        differences[2].After.ToArray().ShouldBe([20]);
        differences[0].Before.IsEmpty.ShouldBeTrue();
        differences[1].After.IsEmpty.ShouldBeTrue();
        store.Compare(second.FileName, second.FileName).ShouldBeEmpty();
    }

    [Fact]
    public void Compare_WithoutASecond_TakesTheStoreAsItIsAtTheCall()
    {
        using var store = _home.Open();
        store.Set("config:a", 1);
        store.Set("config:b", 1);
        store.Set("expires", 1, TimeSpan.FromMinutes(1));
        store.Set("other", 1);
        var snapshot = store.Save()!;
        store.Set("config:a", 2);
        _home.Clock.Advance(TimeSpan.FromMinutes(2));

        var all = store.Compare(snapshot.FileName);
        var some = store.Compare(snapshot.FileName, prefix: "config:");
        store.Set("other", 2);

        all.Select(each => (each.Kind, each.Key)).ShouldBe([(KvDifferenceKind.Changed, "config:a"), (KvDifferenceKind.Removed, "expires")]);
        some.Select(each => each.Key).ShouldBe(["config:a"]);
        store.Compare(snapshot.FileName).Select(each => each.Key).ShouldBe(["config:a", "expires", "other"]);
    }

    [Fact]
    public void Compare_ExpiryTagsOrBlob_AreDifferencesAndASlideIsNone()
    {
        using var store = _home.Open();
        var slides = new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) };
        store.Set("slides", 1, slides);
        store.Set("expiry", 1, TimeSpan.FromHours(1));
        store.Set("tags", 1, new KvEntryOptions { Tags = ["a"] });
        store.SetBlob("blob", 1, new byte[] { 1 });
        store.Set("untouched", 1, TimeSpan.FromHours(1));
        store.Set("window", 1, slides);
        store.Set("cap", 1, slides with { TimeToLive = TimeSpan.FromHours(1) });
        var first = store.Save()!;
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        store.Exists("slides").ShouldBeTrue();
        store.Refresh("slides");
        store.Set("expiry", 1, TimeSpan.FromHours(1));
        store.Set("tags", 1, new KvEntryOptions { Tags = ["b"] });
        store.UpdateBlob("blob", [2]);
        store.Set("window", 1, slides with { SlidingExpiration = TimeSpan.FromMinutes(11) });
        store.Set("cap", 1, slides with { TimeToLive = TimeSpan.FromHours(1) });

        store.Compare(first.FileName).Select(each => (each.Kind, each.Key)).ShouldBe(
            [(KvDifferenceKind.Changed, "blob"), (KvDifferenceKind.Changed, "cap"), (KvDifferenceKind.Changed, "expiry"), (KvDifferenceKind.Changed, "tags"), (KvDifferenceKind.Changed, "window")]);
    }

    [Fact]
    public void Compare_SnapshotsOfTwoFormats_ComparesWhatTheValuesMean()
    {
        SnapshotInfo json;
        using (var store = _home.Open(options => options.Format = KvFormat.Json))
        {
            store.Set("same", "text");
            store.Set("changed", 1);
            json = store.Save()!;
        }

        using var now = _home.Open();
        now.Set("changed", 2);

        var difference = now.Compare(json.FileName).ShouldHaveSingleItem();
        difference.Key.ShouldBe("changed");
        (difference.BeforeFormat, difference.AfterFormat).ShouldBe((KvFormat.Json, KvFormat.MessagePack));
        Encoding.UTF8.GetString(difference.Before.Span).ShouldBe("1");
    }

    [Fact]
    public void Compare_KeysBeyondTheBasicPlane_AreInTheOrderOfTheirBytes()
    {
        using var store = _home.Open();
        var snapshot = store.Save()!;
        store.Set("\uFFFD", 1);
        store.Set("\U0001F600", 1);

        store.Compare(snapshot.FileName).Select(each => each.Key).ShouldBe(["\uFFFD", "\U0001F600"]);
    }

    [Fact]
    public void Compare_RandomStates_IsTheDifferenceOfTheTwoDictionaries()
    {
        var seed = Environment.GetEnvironmentVariable("SNAPSHOTKV_COMPARE_SEED") is { } given ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture) : Random.Shared.Next();
        output.WriteLine($"SNAPSHOTKV_COMPARE_SEED={seed}");
        var random = new Random(seed);
        for (var round = 0; round < 40; round++)
        {
            var home = new StoreHome();
            using var store = home.Open(options => options.MaxSnapshots = 10);
            var states = new List<(string File, Dictionary<string, int> State)>();
            var state = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var save = 0; save < 3; save++)
            {
                for (var i = random.Next(60); i >= 0; i--)
                {
                    var key = new string((char)('a' + random.Next(3)), random.Next(1, 12)) + random.Next(8);
                    if (random.Next(3) == 0)
                    {
                        store.Remove(key);
                        state.Remove(key);
                    }
                    else
                    {
                        state[key] = random.Next(4);
                        store.Set(key, state[key]);
                    }
                }

                states.Add((store.Save()!.FileName, new(state, StringComparer.Ordinal)));
            }

            foreach (var (from, before) in states)
            {
                foreach (var (to, after) in states)
                {
                    foreach (var prefix in new[] { "", "a", "bb" })
                    {
                        store.Compare(from, to, prefix).Select(each => $"{each.Key} {each.Kind}").ShouldBe(Model(before, after, prefix), $"seed {seed}, round {round}");
                    }
                }
            }
        }
    }

    private static IEnumerable<string> Model(Dictionary<string, int> before, Dictionary<string, int> after, string prefix)
    {
        foreach (var key in before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (!after.TryGetValue(key, out var now))
            {
                yield return $"{key} Removed";
            }
            else if (!before.TryGetValue(key, out var then))
            {
                yield return $"{key} Added";
            }
            else if (then != now)
            {
                yield return $"{key} Changed";
            }
        }
    }
}
