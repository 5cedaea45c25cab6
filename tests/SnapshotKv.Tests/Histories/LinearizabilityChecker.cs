namespace SnapshotKv.Tests.Histories;

/// <summary>
/// Looks for an order of a history's operations in which each has its effect at one instant between invocation and answer, and in which the
/// model gives all the answers that the threads got. Operations that were never answered may be left out.
/// </summary>
/// <remarks>
/// The search of Wing and Gong ("Testing and verifying concurrent objects", 1993) with Lowe's memory of what was tried ("Testing for
/// linearizability", 2017): the same operations done and the same state reached need no second look. The histories here fit in a word, so what was
/// done is a bit mask where Lowe keeps a linked list.
/// </remarks>
internal sealed class LinearizabilityChecker
{
    private readonly IReadOnlyList<HistoryEvent> _events;
    private readonly HashSet<(ulong Done, HistoryState State)> _seen = [];
    private readonly int[] _order;
    private readonly ulong _answered;
    private int _deepest = -1;
    private int[] _deepestOrder = [];
    private HistoryState _deepestState;

    private LinearizabilityChecker(History history)
    {
        _events = history.Events;
        _order = new int[_events.Count];
        _answered = _events.Index().Where(item => item.Item.Answered != HistoryEvent.Never).Aggregate(0UL, (bits, item) => bits | (1UL << item.Index));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_events.Count, 64);
    }

    /// <summary>Checks a history.</summary>
    /// <returns>Null when it is linearizable; else the history, the longest order that could be found, and what could not follow.</returns>
    public static string? Explain(History history)
    {
        var search = new LinearizabilityChecker(history);
        return search.Find(0, 0, default)
            ? null
            : $"""
              Not linearizable:
              {history}
              The longest order found, of {search._deepest} operations:
              {string.Join('\n', search._deepestOrder.Select(index => search._events[index]))}
              after which the state is {search._deepestState} and none of the rest can follow.
              """;
    }

    private bool Find(ulong done, int count, HistoryState state)
    {
        Remember(count, state);
        if ((done & _answered) == _answered)
        {
            return true;
        }

        // What was invoked only after another, still open one was answered cannot come before that one.
        var horizon = long.MaxValue;
        for (var i = 0; i < _events.Count; i++)
        {
            if ((done & (1UL << i)) == 0)
            {
                horizon = Math.Min(horizon, _events[i].Answered);
            }
        }

        for (var i = 0; i < _events.Count && _events[i].Invoked < horizon; i++)
        {
            var bit = 1UL << i;
            var next = state;
            if ((done & bit) == 0 && _events[i].Operation.TryApply(ref next, _events[i].Answer) && _seen.Add((done | bit, next)))
            {
                _order[count] = i;
                if (Find(done | bit, count + 1, next))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Remember(int count, HistoryState state)
    {
        if (count > _deepest)
        {
            _deepest = count;
            _deepestState = state;
            _deepestOrder = _order[..count];
        }
    }
}
