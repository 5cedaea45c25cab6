using System.Text;

namespace SnapshotKv.Tests.Crashes;

/// <summary>
/// Knows every state that the store went through, commit by commit, and which of them a crash now may leave: what was promised is the least, what was begun
/// the most.
/// </summary>
internal sealed class CrashOracle(KvDurability level)
{
    private readonly List<Dictionary<string, ExpectedEntry>> _states = [new(StringComparer.Ordinal)];
    private int _returned;
    private CrashFloors _floors;

    /// <summary>What may be found now.</summary>
    public CrashFloors Floors => _floors with { Newest = _states.Count - 1 };

    /// <summary>What the store must hold now.</summary>
    public IReadOnlyDictionary<string, ExpectedEntry> Now => _states[_returned];

    public int Commits => _states.Count - 1;

    /// <summary>How many of them have returned.</summary>
    public int Returned => _returned;

    /// <summary>A commit begins: from now on it may be found.</summary>
    public void Begin(Action<Dictionary<string, ExpectedEntry>> effect)
    {
        var next = new Dictionary<string, ExpectedEntry>(_states[^1], StringComparer.Ordinal);
        effect(next);
        _states.Add(next);
    }

    /// <summary>The commit's call has returned.</summary>
    /// <param name="asked">What was asked for it in particular.</param>
    /// <param name="number">The store's last sequence number.</param>
    public void Return(KvDurability? asked, ulong number)
    {
        _returned = _states.Count - 1;
        _floors = _floors with { HighestNumber = Math.Max(_floors.HighestNumber, number) };

        // Above a store without a journal more than its level means a snapshot, which survives everything.
        if (asked > level && level == KvDurability.Snapshot)
        {
            Keep(isOnDevice: true);
        }
        else if ((asked > level ? asked.Value : level) is var effective and not KvDurability.Snapshot)
        {
            _floors = effective == KvDurability.Disk ? _floors with { Killed = _returned, Cut = _returned } : _floors with { Killed = _returned };
        }
    }

    /// <summary>All that has returned is kept now: by a save, by the passing of the flush interval, or by closing. Slides, too.</summary>
    public void Keep(bool isOnDevice) => Keep(isOnDevice, _returned);

    /// <summary>The same, of the first commits only: others came while the save ran.</summary>
    public void Keep(bool isOnDevice, int commits)
    {
        _floors = _floors with { Killed = Math.Max(_floors.Killed, commits), Cut = isOnDevice ? Math.Max(_floors.Cut, commits) : _floors.Cut };
        foreach (var entry in Now.Values)
        {
            entry.Keep(isOnDevice);
        }
    }

    /// <summary>The store goes on from what a crash has left: what came behind it is as if it had never been.</summary>
    /// <returns>What is wrong with what was left; null for nothing.</returns>
    public string? GoOnFrom(FoundState found, bool isCut, DateTimeOffset now)
    {
        if (Find(found, Floors, isCut, now, out var index) is { } fault)
        {
            return fault;
        }

        _states.RemoveRange(index + 1, _states.Count - index - 1);
        _returned = index;
        foreach (var (key, entry) in found.Entries)
        {
            Now[key].FallBackTo(entry.Deadline, isCut);
        }

        _floors = _floors with { Killed = index, Cut = isCut ? index : Math.Min(_floors.Cut, index) };
        return null;
    }

    /// <summary>Looks for the state that was found.</summary>
    /// <param name="found">What was found.</param>
    /// <param name="floors">What may be found.</param>
    /// <param name="isCut">Whether the machine ended, and not the process only.</param>
    /// <param name="now">The time by which it was found.</param>
    /// <param name="index">Its place in the order of commits.</param>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? Find(FoundState found, CrashFloors floors, bool isCut, DateTimeOffset now, out int index)
    {
        var least = isCut ? floors.Cut : floors.Killed;
        for (index = floors.Newest; index >= least; index--)
        {
            if (Compare(_states[index], found, isCut, now) is null)
            {
                return null;
            }
        }

        return Explain(found, floors, least, isCut, now);
    }

    private static string? Compare(Dictionary<string, ExpectedEntry> expected, FoundState found, bool isCut, DateTimeOffset now)
    {
        foreach (var (key, entry) in expected)
        {
            if (!found.Entries.TryGetValue(key, out var there))
            {
                if (entry.IsLive(now))
                {
                    return $"'{key}' is missing";
                }
            }
            else if (entry.Compare(there, isCut) is { } difference)
            {
                return $"'{key}' {difference}";
            }
        }

        return found.Entries.Keys.FirstOrDefault(key => !expected.ContainsKey(key)) is { } more ? $"'{more}' should not be there" : null;
    }

    private string Explain(FoundState found, CrashFloors floors, int least, bool isCut, DateTimeOffset now)
    {
        var text = new StringBuilder($"What was found is none of the states {least} to {floors.Newest}.");
        for (var i = least - 1; i >= 0; i--)
        {
            if (Compare(_states[i], found, isCut, now) is null)
            {
                return text.Append($" It is state {i}: commits {i + 1} to {least} were acknowledged and are lost.").ToString();
            }
        }

        for (var i = Math.Max(0, floors.Newest - 3); i <= floors.Newest; i++)
        {
            text.Append($"\n  against state {i}: {Compare(_states[i], found, isCut, now)}");
        }

        return text.Append($"\n  against state {least}: {Compare(_states[least], found, isCut, now)}").ToString();
    }
}
