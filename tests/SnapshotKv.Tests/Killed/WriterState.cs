using SnapshotKv.KillTarget.Script;

namespace SnapshotKv.Tests.Killed;

/// <summary>What one writer of the target must have left behind.</summary>
internal sealed class WriterState(int seed, int writer)
{
    private const int MostTold = 8;

    private readonly WriterScript _script = new(seed, writer);
    private readonly Dictionary<string, ScriptEntry> _entries = new(StringComparer.Ordinal);

    /// <summary>The first step that has not happened.</summary>
    public int Next { get; private set; }

    /// <summary>Compares what a store holds with what this writer had done when it was killed.</summary>
    /// <param name="store">What is left.</param>
    /// <param name="next">The first step that was not acknowledged: it may have happened, as a whole, or not.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public string? FindFault(KvStore store, int next)
    {
        while (Next < next)
        {
            Apply();
        }

        if (Differences(store) is not { Count: > 0 } without)
        {
            return null;
        }

        var step = _script.Step(next);
        Apply();
        return Differences(store) is { Count: > 0 } with
            ? $"writer {writer}, steps below {next} acknowledged:\n{Told(without)}\nand with step {next}, {step}:\n{Told(with)}"
            : null;
    }

    private void Apply() => _script.Step(Next++).Apply(_entries);

    private List<string> Differences(KvStore store)
    {
        var found = store.GetKeys(_script.Prefix).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. found.Except(_entries.Keys, StringComparer.Ordinal).Select(static key => $"{key} should not be there"),
            .. _entries.Select(entry => found.Contains(entry.Key) ? Difference(store, entry.Key, entry.Value) : $"{entry.Key} is missing").OfType<string>(),
        ];
    }

    private static string? Difference(KvStore store, string key, ScriptEntry expected)
    {
        store.TryPeekBytes(key, out var value, out var info).ShouldBeTrue();
        if (!value.AsSpan().SequenceEqual(expected.Value))
        {
            return $"{key} has a value of {value!.Length} bytes that is not the expected one of {expected.Length}";
        }

        if (info.HasBlob != expected.Blob is not null || (expected.Blob is { } blob && !store.GetBlob(key).AsSpan().SequenceEqual(blob.Content)))
        {
            return $"{key} {(info.HasBlob ? "has a blob" : "has no blob")}, expected {expected.Blob}";
        }

        var isAsSet = info.Tags.SequenceEqual(expected.Tag is null ? [] : [expected.Tag], StringComparer.Ordinal)
            && info.SlidingExpiration == expected.Options(null).SlidingExpiration
            && info.ExpiresAt.HasValue == (expected.Life != ScriptLife.Unlimited)
            && (expected.Life != ScriptLife.Absolute || info.ExpiresAt == ScriptEntry.FarAway);
        return isAsSet ? null : $"{key} has tags [{string.Join(", ", info.Tags)}], window {info.SlidingExpiration}, expiry {info.ExpiresAt:O}; expected {expected}";
    }

    private static string Told(List<string> differences) =>
        string.Join('\n', differences.Take(MostTold).Select(static one => "  " + one)) + (differences.Count > MostTold ? $"\n  and {differences.Count - MostTold} more" : "");
}
