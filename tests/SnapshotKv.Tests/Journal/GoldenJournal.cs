namespace SnapshotKv.Tests.Journal;

/// <summary>A journal with every kind of frame, in two openings. Its bytes are committed in <c>tests/golden/journal-v1</c> and never change.</summary>
internal static class GoldenJournal
{
    public const string Directory = "tests/golden/journal-v1";

    /// <summary>The segments; each frame but the notes and some removals says that those before it had been flushed.</summary>
    public static SegmentBuilder[] Segments() =>
    [
        new SegmentBuilder(1, 0, 100)
            .Claim(100, "p:", "mine")
            .Set(101, "a", 1, durable: 100)
            .Set(102, 101, SegmentBuilder.NewRecord("p:b", 2, ["red"]), SegmentBuilder.NewRecord("p:c", 3, ["red", "blue"]), SegmentBuilder.NewRecord("d", 4, blob: "01a201c8-d370-7e19-a3a5-91680bc0ff98"))
            .Remove(103, "a", durable: 102)
            .RemoveByTag(104, "blue")
            .Set(105, "e", 5, durable: 104),
        new SegmentBuilder(2, 0, 100) { DurableThrough = 105 }
            .Set(106, 105, SegmentBuilder.NewRecord("f", 6, deadline: 4102444800000000000, window: 60_000_000_000))
            .Slide(106, 106, "f", 4102444860000000000)
            .RemoveByPrefix(107, "p:")
            .Clear(108, durable: 107),
        new SegmentBuilder(3, 108, 200) { DurableThrough = 200 }
            .Set(201, "g", 7, durable: 200)
            .Set(202, "h", 8, durable: 201),
    ];
}
