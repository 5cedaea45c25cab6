using System.Text;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Tests.Keyspace;

public sealed class ChangedKeysTests
{
    [Fact]
    public void IsChanged_TellsWhatWasNotedAfterACommit()
    {
        var keys = new ChangedKeys();
        keys.Note(Records.Utf8("a"), 5, 1);
        keys.Note(Records.Utf8("a"), 7, 1);
        keys.Note(Records.Utf8("b"), 6, 1);

        keys.IsChanged(Records.Utf8("a"), 6).ShouldBeTrue();
        keys.IsChanged(Records.Utf8("a"), 7).ShouldBeFalse();
        keys.IsChanged(Records.Utf8("b"), 5).ShouldBeTrue();
        keys.IsChanged(Records.Utf8("b"), 6).ShouldBeFalse();
        keys.IsChanged(Records.Utf8("c"), 0).ShouldBeFalse();
    }

    [Fact]
    public void IsAnyChanged_TellsOneOfTheKeysUnderThePrefix()
    {
        var keys = new ChangedKeys();
        keys.Note(Records.Utf8("p:a"), 5, 1);
        keys.Note(Records.Utf8("p:b"), 7, 1);
        keys.Note(Records.Utf8("q"), 9, 1);

        Changed(keys, "p:", 5).ShouldBe("p:b");
        Changed(keys, "p:", 7).ShouldBeNull();
        Changed(keys, "", 8).ShouldBe("q");
        Changed(keys, "o", 0).ShouldBeNull();
    }

    [Fact]
    public void Note_OfWhatNobodyCanAskFor_IsForgottenAtTheBound()
    {
        var keys = new ChangedKeys(mostKeys: 10);
        for (ulong i = 1; i <= 1_000; i++)
        {
            // Each commit is older than what the oldest start is at the next.
            keys.Note(Records.Utf8($"k{i}"), i, oldestStart: i - 1).ShouldBeTrue();
        }

        keys.Count.ShouldBeLessThanOrEqualTo(11);
        keys.IsChanged(Records.Utf8("k1000"), 999).ShouldBeTrue();
        keys.IsChanged(Records.Utf8("k1"), 999).ShouldBeFalse();
    }

    [Theory]
    [InlineData(10, 1000)]
    [InlineData(1000, 20)]
    public void Note_OfMoreThanTheBound_SaysSo(int mostKeys, long mostBytes)
    {
        const ulong Start = 100;
        var keys = new ChangedKeys(mostKeys, mostBytes);
        ulong kept = 0;
        while (keys.Note(Records.Utf8($"k{kept}"), Start + kept + 1, Start))
        {
            kept.ShouldBeLessThan(20ul);
            keys.IsChanged(Records.Utf8($"k{kept}"), Start).ShouldBeTrue();
            kept++;
        }

        kept.ShouldBeGreaterThan(4ul);
        keys.Clear();
        keys.Note(Records.Utf8("k"), Start + 100, Start).ShouldBeTrue();
    }

    /// <summary>Whatever is pruned: what was changed is never said to be as it was.</summary>
    [Fact]
    public void IsChanged_OverRandomNotes_NeverMissesAChange()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 50; round++)
        {
            var keys = new ChangedKeys(mostKeys: 100);
            var last = new Dictionary<string, ulong>(StringComparer.Ordinal);
            ulong oldest = 0;
            for (ulong sequence = 1; sequence <= 300; sequence++)
            {
                var key = $"{random.Next(60):D2}";
                keys.Note(Records.Utf8(key), sequence, oldest).ShouldBeTrue();
                last[key] = sequence;
                oldest = Math.Max(oldest, random.Next(4) == 0 ? sequence - (ulong)random.Next((int)sequence + 1) : 0);
                var since = oldest + (ulong)random.Next((int)(sequence - oldest) + 1);
                var asked = $"{random.Next(60):D2}";
                if (last.GetValueOrDefault(asked) > since)
                {
                    keys.IsChanged(Records.Utf8(asked), since).ShouldBeTrue($"seed {seed}, round {round}");
                }

                var prefix = asked[..1];
                if (last.Any(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && pair.Value > since))
                {
                    keys.IsAnyChanged(Records.Utf8(prefix), since, out _).ShouldBeTrue($"seed {seed}, round {round}");
                }
            }
        }
    }

    [Fact]
    public void Clear_GivesTheMemoryBack()
    {
        var keys = new ChangedKeys();
        for (var i = 0; i < 10_000; i++)
        {
            keys.Note(Records.Utf8($"k{i}"), 5, 1);
        }

        keys.Clear();
        keys.Count.ShouldBe(0);
        keys.Room.ShouldBeLessThan(100);
        keys.IsChanged(Records.Utf8("k1"), 0).ShouldBeFalse();
        keys.IsAnyChanged([], 0, out _).ShouldBeFalse();
    }

    private static string? Changed(ChangedKeys keys, string prefix, ulong since)
    {
        var isChanged = keys.IsAnyChanged(Records.Utf8(prefix), since, out var key);
        isChanged.ShouldBe(key is not null);
        return key is null ? null : Encoding.UTF8.GetString(key);
    }
}
