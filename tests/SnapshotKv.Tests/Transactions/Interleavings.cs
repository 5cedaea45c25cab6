namespace SnapshotKv.Tests.Transactions;

/// <summary>All orders in which several parties can take their turns.</summary>
internal static class Interleavings
{
    /// <summary>Enumerates them.</summary>
    /// <param name="turns">How many turns each party has.</param>
    /// <returns>In each, the party whose turn it is. The array is used again for the next one.</returns>
    public static IEnumerable<int[]> Of(params int[] turns)
    {
        var order = turns.SelectMany((count, party) => Enumerable.Repeat(party, count)).ToArray();
        do
        {
            yield return order;
        }
        while (MoveToNextPermutation(order));
    }

    /// <summary>
    /// Enumerates them without repeating what is the same: two turns of different parties, one right behind the other, that change nothing for anybody come
    /// in one order only. Writes in a transaction count as a change, though they should be nobody else's business: that is what is tested.
    /// </summary>
    /// <param name="quiet">For each party, which of its turns change nothing.</param>
    /// <returns>In each, the party whose turn it is. The array is used again for the next one.</returns>
    public static IEnumerable<int[]> ThatDiffer(params bool[][] quiet) => Of([.. quiet.Select(turns => turns.Length)]).Where(order => IsFirstOfItsKind(order, quiet));

    private static bool IsFirstOfItsKind(int[] order, bool[][] quiet)
    {
        Span<int> taken = stackalloc int[quiet.Length];
        var wasQuiet = false;
        for (var time = 0; time < order.Length; time++)
        {
            var party = order[time];
            var isQuiet = quiet[party][taken[party]++];
            if (isQuiet && wasQuiet && party < order[time - 1])
            {
                return false;
            }

            wasQuiet = isQuiet;
        }

        return true;
    }

    /// <summary>The next permutation in lexical order; equal items make no difference.</summary>
    private static bool MoveToNextPermutation(int[] order)
    {
        var pivot = order.Length - 2;
        while (pivot >= 0 && order[pivot] >= order[pivot + 1])
        {
            pivot--;
        }

        if (pivot < 0)
        {
            return false;
        }

        var swap = order.Length - 1;
        while (order[swap] <= order[pivot])
        {
            swap--;
        }

        (order[pivot], order[swap]) = (order[swap], order[pivot]);
        order.AsSpan(pivot + 1).Reverse();
        return true;
    }
}
