using System.Text;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Tests.Keyspace;

public sealed class PrefixIndexTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(112)]
    [InlineData(113)]
    [InlineData(20_000)]
    public void Build_SortedKeys_EnumeratesThemInOrder(int count)
    {
        var keys = SortedKeys(count);

        var index = PrefixIndex.Build([.. keys.Select(key => new IndexedKey(key, MayExpire: false))]);

        index.Enumerate([]).Select(key => key.Key).ShouldBe(keys);
    }

    [Fact]
    public void Enumerate_KeysAboveTheSurrogates_AreInTheOrderOfTheirBytes()
    {
        // U+FF5E sorts behind U+1F600 in UTF-16 and before it in UTF-8.
        var index = new PrefixIndex();
        index.Add(Encoding.UTF8.GetBytes("\U0001F600"), mayExpire: false);
        index.Add(Encoding.UTF8.GetBytes("\uFF5E"), mayExpire: false);

        index.Enumerate([]).Select(key => Encoding.UTF8.GetString(key.Key)).ShouldBe(["\uFF5E", "\U0001F600"]);
    }

    [Fact]
    public void Enumerate_PrefixesOfEachOther_AreToldApart()
    {
        var index = new PrefixIndex();
        foreach (var key in new[] { "a", "a\0", "ab", "abc", "b", "abcdefgh", "abcdefghi", "" })
        {
            index.Add(Encoding.UTF8.GetBytes(key), mayExpire: false);
        }

        Keys(index, "").ShouldBe(["", "a", "a\0", "ab", "abc", "abcdefgh", "abcdefghi", "b"]);
        Keys(index, "a").ShouldBe(["a", "a\0", "ab", "abc", "abcdefgh", "abcdefghi"]);
        Keys(index, "a\0").ShouldBe(["a\0"]);
        Keys(index, "abcdefgh").ShouldBe(["abcdefgh", "abcdefghi"]);
        Keys(index, "c").ShouldBeEmpty();
    }

    [Fact]
    public void Add_KeyThatIsThere_OnlyNotesThatItMayExpire()
    {
        var index = new PrefixIndex();
        index.Add("k"u8.ToArray(), mayExpire: false);
        index.Enumerate([]).Single().MayExpire.ShouldBeFalse();

        index.Add("k"u8.ToArray(), mayExpire: true);
        index.Add("k"u8.ToArray(), mayExpire: false);

        index.Enumerate([]).Single().MayExpire.ShouldBeTrue();
    }

    [Fact]
    public void AddAndRemove_RandomKeysFromRandomStart_AgreeWithASortedSet()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var start = SortedKeys(random.Next(3_000));
        var index = PrefixIndex.Build([.. start.Select(key => new IndexedKey(key, MayExpire: false))]);
        var model = new SortedSet<string>(start.Select(Encoding.UTF8.GetString), StringComparer.Ordinal);
        for (var step = 0; step < 60_000; step++)
        {
            // Phases of growth and of shrinking, so that nodes split and empty.
            var key = Key(random.Next(6_000));
            if (random.Next(10) < (step / 10_000 % 2 == 0 ? 8 : 2))
            {
                index.Add(Encoding.UTF8.GetBytes(key), mayExpire: false);
                model.Add(key);
            }
            else
            {
                index.Remove(Encoding.UTF8.GetBytes(key));
                model.Remove(key);
            }

            if (step % 2_000 == 0)
            {
                Keys(index, "").ShouldBe(model);
                var prefix = key[..^1];
                Keys(index, prefix).ShouldBe(model.Where(item => item.StartsWith(prefix, StringComparison.Ordinal)));
            }
        }

        foreach (var key in model)
        {
            index.Remove(Encoding.UTF8.GetBytes(key));
        }

        Keys(index, "").ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void AddAndRemove_SoManyThatBranchesSplitAndEmpty_KeepTheOrder(bool inOrder)
    {
        // 128 keys a leaf and 128 children a branch: this many need branches above branches.
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var keys = Enumerable.Range(0, 60_000).Select(i => Encoding.UTF8.GetBytes($"key:{i:D6}")).ToArray();
        byte[][] mixed = [.. keys];
        if (!inOrder)
        {
            new Random(seed).Shuffle(mixed);
        }

        var index = new PrefixIndex();
        foreach (var key in mixed)
        {
            index.Add(key, mayExpire: false);
        }

        index.Enumerate([]).Select(key => key.Key).ShouldBe(keys);
        Keys(index, "key:0123").Count.ShouldBe(100);
        foreach (var key in mixed.Where((_, i) => i % 3 != 0))
        {
            index.Remove(key);
        }

        var left = mixed.Where((_, i) => i % 3 == 0).Select(Encoding.UTF8.GetString).Order(StringComparer.Ordinal).ToList();
        Keys(index, "").ShouldBe(left);
        left.ForEach(key => index.Remove(Encoding.UTF8.GetBytes(key)));
        Keys(index, "").ShouldBeEmpty();
        index.Clear();
        Keys(index, "").ShouldBeEmpty();
    }

    [Fact]
    public void Enumerate_ChangesOfTheLoopItself_AreSafe()
    {
        var index = PrefixIndex.Build([.. SortedKeys(2_000).Select(key => new IndexedKey(key, MayExpire: false))]);
        var seen = 0;
        foreach (var key in index.Enumerate([]))
        {
            seen++;
            index.Remove(key.Key);
        }

        seen.ShouldBe(2_000);
        Keys(index, "").ShouldBeEmpty();
    }

    private static string Key(int number) => $"common-prefix:{number % 97}:{number}";

    private static List<byte[]> SortedKeys(int count) =>
        [.. Enumerable.Range(0, count).Select(Key).Order(StringComparer.Ordinal).Select(Encoding.UTF8.GetBytes)];

    private static List<string> Keys(PrefixIndex index, string prefix) =>
        [.. index.Enumerate(Encoding.UTF8.GetBytes(prefix)).Select(key => Encoding.UTF8.GetString(key.Key))];
}
