namespace SnapshotKv.Testing;

/// <summary>What a power cut leaves of the writes that were not flushed, when the device takes whole sectors, each at a moment of its own.</summary>
/// <remarks>
/// A sector ends in one of the states that it had since the last flush; which of them, each for itself. So that orderly outcomes come up as well, where the faults of a
/// reader hide that trusts what comes last, the seed first chooses how orderly the device was.
/// </remarks>
internal static class SectorTear
{
    private const int SectorSize = 512;

    /// <summary>How orderly the device was.</summary>
    private enum Order
    {
        /// <summary>Each sector has any of its states.</summary>
        None,

        /// <summary>Each sector has its last state or its first, the same one mostly or evenly.</summary>
        AllOrNothing,

        /// <summary>All writes before one, of that one some sectors, and nothing after it.</summary>
        Strict,

        /// <summary>All writes before one; each sector has any state that it had from there on.</summary>
        Window,
    }

    /// <summary>Makes the file's contents.</summary>
    /// <param name="durable">What was flushed; left as it is.</param>
    /// <param name="writes">What was written since, in order.</param>
    /// <param name="random">Decides.</param>
    public static PagedBytes Tear(PagedBytes durable, ReadOnlySpan<UnflushedWrite> writes, Random random)
    {
        var contents = durable.Copy();
        if (writes.Length == 0)
        {
            return contents;
        }

        var length = Length(durable.Length, writes, random);
        var order = (Order)random.Next(4);
        var settled = order is Order.Strict or Order.Window ? random.Next(writes.Length) : 0;
        var reached = order == Order.Strict ? settled + 1 : writes.Length;
        Apply(contents, writes[..reached], Choose(writes[..reached], settled, order, random));
        contents.Truncate(length);
        contents.Extend(length);
        return contents;
    }

    /// <summary>The file's size on the device, which is written apart from the bytes: the last one, or any that it has had since the flush.</summary>
    private static long Length(long durable, ReadOnlySpan<UnflushedWrite> writes, Random random)
    {
        var lengths = new List<long> { durable };
        foreach (var write in writes)
        {
            if (write.End > lengths[^1])
            {
                lengths.Add(write.End);
            }
        }

        return random.Next(2) == 0 ? lengths[^1] : lengths[random.Next(lengths.Count)];
    }

    /// <summary>How many of the writes to each sector have reached it, by the sector's number.</summary>
    private static int[] Choose(ReadOnlySpan<UnflushedWrite> writes, int settled, Order order, Random random)
    {
        var all = CountBySector(writes, writes);
        var kept = CountBySector(writes[..settled], writes);
        var share = 1 + (random.Next(3) * 7);
        for (var sector = 0; sector < all.Length; sector++)
        {
            var open = all[sector] - kept[sector];
            if (open > 0)
            {
                kept[sector] += order == Order.AllOrNothing ? (random.Next(16) < share ? open : 0) : random.Next(open + 1);
            }
        }

        return kept;
    }

    private static int[] CountBySector(ReadOnlySpan<UnflushedWrite> writes, ReadOnlySpan<UnflushedWrite> ofAll)
    {
        var end = 0L;
        foreach (var write in ofAll)
        {
            end = Math.Max(end, write.End);
        }

        var counts = new int[SectorOf(end - 1) + 1];
        foreach (var write in writes)
        {
            foreach (ref var count in counts.AsSpan(SectorOf(write.Offset)..(SectorOf(write.End - 1) + 1)))
            {
                count++;
            }
        }

        return counts;
    }

    /// <summary>Writes what has reached each sector, which uses <paramref name="kept"/> up.</summary>
    private static void Apply(PagedBytes contents, ReadOnlySpan<UnflushedWrite> writes, int[] kept)
    {
        foreach (var write in writes)
        {
            for (var offset = write.Offset; offset < write.End;)
            {
                var sector = SectorOf(offset);
                var end = Math.Min(write.End, (sector + 1L) * SectorSize);
                if (kept[sector]-- > 0)
                {
                    write.ApplyTo(contents, offset, (int)(end - offset));
                }

                offset = end;
            }
        }
    }

    private static int SectorOf(long offset) => checked((int)(offset / SectorSize));
}
