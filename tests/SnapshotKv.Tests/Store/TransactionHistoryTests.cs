namespace SnapshotKv.Tests.Store;

/// <summary>
/// Every way to interleave the steps of two small transactions, and by the day a third of those of three. Whatever was read and is there in the end must be what some order of them, one
/// after the other, gives; what was refused must have left nothing.
/// </summary>
public sealed class TransactionHistoryTests
{
    private static readonly string[] Steps = ["read a", "read b", "set a", "set b", "remove a", "scan", "add b"];

    [Fact]
    public void TwoTransactions_OfTwoStepsEach_InEveryOrder_AreAsOneAfterTheOther()
    {
        var programs = (from first in Steps from second in Steps select new[] { first, second }).ToArray();
        var orders = Orders([4, 4]).ToArray();
        orders.Length.ShouldBe(70);
        var (histories, committed) = (0, 0);
        for (var i = 0; i < programs.Length; i++)
        {
            for (var j = i; j < programs.Length; j++)
            {
                foreach (var order in orders)
                {
                    committed += Check([programs[i], programs[j]], order, beginsWithFirstStep: false);
                    histories++;
                }
            }
        }

        histories.ShouldBe(49 * 50 / 2 * 70);
        committed.ShouldBeInRange(histories, (histories * 2) - 1);
    }

    /// <remarks>A third of the orders, another one each day: all of them take as long as everything else about transactions together.</remarks>
    [Fact]
    public void ThreeTransactions_OfTwoStepsEach_InAThirdOfTheOrders_AreAsOneAfterTheOther()
    {
        var third = TimeProvider.System.GetUtcNow().DayOfYear % 3;
        string[][] programs = [["read a", "set b"], ["read b", "set a"], ["read a", "set a"], ["scan", "set b"], ["remove a", "add b"], ["read a", "read b"]];
        var orders = Orders([3, 3, 3]).ToArray();
        orders.Length.ShouldBe(1680);
        orders = [.. orders.Where((_, i) => i % 3 == third)];
        for (var i = 0; i < programs.Length; i++)
        {
            for (var j = i; j < programs.Length; j++)
            {
                for (var k = j; k < programs.Length; k++)
                {
                    foreach (var order in orders)
                    {
                        Check([programs[i], programs[j], programs[k]], order, beginsWithFirstStep: true);
                    }
                }
            }
        }
    }

    /// <summary>Plays one history.</summary>
    /// <returns>How many of its transactions were committed.</returns>
    private static int Check(string[][] programs, int[] order, bool beginsWithFirstStep)
    {
        using var store = KvStore.Open((string?)null);
        Initial(store.Set);
        var players = programs.Select((program, number) => new Player(store, number, program, beginsWithFirstStep)).ToArray();
        foreach (var player in order)
        {
            players[player].Advance();
        }

        var done = players.Where(player => player.IsCommitted).ToArray();
        var end = Text(store.Scan<int>());
        var refused = players.Except(done).ToArray();
        if (!Permutations(done).Any(sequence => IsAsObserved(sequence, refused, end)))
        {
            Assert.Fail($"No order explains [{string.Join("] [", programs.Select(program => string.Join(", ", program)))}] interleaved as {string.Join(' ', order)}: "
                + string.Join("; ", players.Select(player => $"{player.Number} {(player.IsCommitted ? "committed" : "refused")}, saw {string.Join(", ", player.Seen)}")) + $"; in the end {end}");
        }

        store.KeepsTransactionLog.ShouldBeFalse();
        return done.Length;
    }

    /// <summary>Whether a sequence explains what the committed ones saw, the end, and, at some place each, what the refused ones saw before they were refused.</summary>
    private static bool IsAsObserved(IEnumerable<Player> committed, Player[] refused, string end)
    {
        var state = new SortedDictionary<string, int>(StringComparer.Ordinal);
        Initial((key, value) => state[key] = value);
        var unexplained = refused.Where(player => !player.CouldHaveSeen(state)).ToList();
        foreach (var player in committed)
        {
            if (!player.PlaysTheSameOn(state))
            {
                return false;
            }

            unexplained.RemoveAll(player => player.CouldHaveSeen(state));
        }

        return unexplained.Count == 0 && Text(state) == end;
    }

    private static void Initial(Action<string, int> set) => set("a", 0);

    private static void Play(string step, int value, SortedDictionary<string, int> state, List<string> seen)
    {
        var key = step[^1..];
        switch (step[..^2])
        {
            case "read":
                seen.Add(state.TryGetValue(key, out var found) ? $"{key}={found}" : $"{key} missing");
                break;
            case "set":
                state[key] = value;
                break;
            case "remove":
                seen.Add(state.Remove(key) ? "removed" : "nothing removed");
                break;
            case "add":
                seen.Add(state.TryAdd(key, value) ? "added" : "not added");
                break;
            default:
                seen.Add(Text(state));
                break;
        }
    }

    private static void Play(string step, int value, IKvStore store, List<string> seen)
    {
        var key = step[^1..];
        switch (step[..^2])
        {
            case "read":
                seen.Add(store.TryGet<int>(key, out var found) ? $"{key}={found}" : $"{key} missing");
                break;
            case "set":
                store.Set(key, value);
                break;
            case "remove":
                seen.Add(store.Remove(key) ? "removed" : "nothing removed");
                break;
            case "add":
                seen.Add(store.TryAdd(key, value) ? "added" : "not added");
                break;
            default:
                seen.Add(Text(store.Scan<int>()));
                break;
        }
    }

    private static string Text(IEnumerable<KeyValuePair<string, int>> entries) => string.Join(' ', entries.Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>Every sequence that has each player as often as it has turns.</summary>
    private static IEnumerable<int[]> Orders(int[] turns)
    {
        if (turns.All(left => left == 0))
        {
            yield return [];
            yield break;
        }

        for (var player = 0; player < turns.Length; player++)
        {
            if (turns[player] > 0)
            {
                int[] rest = [.. turns];
                rest[player]--;
                foreach (var order in Orders(rest))
                {
                    yield return [player, .. order];
                }
            }
        }
    }

    private static IEnumerable<IEnumerable<Player>> Permutations(Player[] players) => players.Length == 0
        ? [[]]
        : players.SelectMany(first => Permutations([.. players.Where(player => player != first)]).Select(rest => rest.Prepend(first)));

    /// <summary>One transaction on its way: begin, its steps, commit.</summary>
    private sealed class Player(KvStore store, int number, string[] program, bool beginsWithFirstStep)
    {
        private KvTransaction? _transaction;
        private int _next;
        private bool _isRefused;

        public int Number => number;

        public List<string> Seen { get; } = [];

        public bool IsCommitted { get; private set; }

        /// <summary>Changes a state as this one does, and tells whether it sees there what it saw.</summary>
        public bool PlaysTheSameOn(SortedDictionary<string, int> state)
        {
            var seen = new List<string>();
            for (var i = 0; i < _next; i++)
            {
                Play(program[i], ValueOf(i), state, seen);
            }

            return seen.SequenceEqual(Seen);
        }

        public bool CouldHaveSeen(SortedDictionary<string, int> state) => PlaysTheSameOn(new SortedDictionary<string, int>(state, StringComparer.Ordinal));

        public void Advance()
        {
            if (_isRefused)
            {
                return;
            }

            try
            {
                if (_transaction is null)
                {
                    _transaction = store.BeginTransaction();
                    if (!beginsWithFirstStep)
                    {
                        return;
                    }
                }

                if (_next < program.Length)
                {
                    Play(program[_next], ValueOf(_next), _transaction, Seen);
                    _next++;
                }
                else
                {
                    _transaction.Commit();
                    IsCommitted = true;
                }
            }
            catch (KvConflictException)
            {
                _isRefused = true;
                _transaction!.Dispose();
            }
        }

        private int ValueOf(int step) => (number * 10) + step + 1;
    }
}
