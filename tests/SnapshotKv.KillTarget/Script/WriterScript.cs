namespace SnapshotKv.KillTarget.Script;

/// <summary>What one writer does, step by step. A step follows from the seed, the writer and its number alone, whatever happened before it.</summary>
internal sealed class WriterScript(int seed, int writer)
{
    private const int Groups = 4, KeysPerGroup = 8;
    private const int CommonLength = 300, LargeLength = 60_000, BlobLength = 20_000;
    private const int MostChanges = 6;

    /// <summary>What all of the writer's keys begin with, and its tags.</summary>
    public string Prefix { get; } = $"w{writer}:";

    public ScriptStep Step(int number)
    {
        var random = new Random(Mix(number));
        return random.Next(100) switch
        {
            < 45 => new SetStep(Key(random), Entry(random, number), Durability(random), random.Next(4) == 0),
            < 55 => new RemoveStep(Key(random), random.Next(4) == 0),
            < 75 => WriteMany(random, number),
            < 90 => WriteMany(random, number) with { Way = WriteWay.Transaction },
            < 95 => new UpdateBlobStep(Key(random), Blob(random, number)),
            < 98 => new RemoveManyStep(Group(random), Tag: null),
            _ => new RemoveManyStep(Prefix, Tag(random)),
        };
    }

    private WriteManyStep WriteMany(Random random, int number)
    {
        var changes = Enumerable.Range(0, random.Next(2, MostChanges + 1)).Select(change => Key(random)).Distinct(StringComparer.Ordinal).ToList();
        return new(
            [.. changes.Select((key, change) => new KeyValuePair<string, ScriptEntry?>(key, random.Next(4) == 0 ? null : Entry(random, number, change)))],
            random.Next(2) == 0 ? WriteWay.Batch : WriteWay.BatchAsynchronously,
            Durability(random));
    }

    private ScriptEntry Entry(Random random, int number, int change = 0) => new(Stamp(number, change), random.Next(40) == 0 ? random.Next(LargeLength) : random.Next(CommonLength))
    {
        Life = random.Next(5) switch { 0 => ScriptLife.Absolute, 1 => ScriptLife.Sliding, _ => ScriptLife.Unlimited },
        Tag = random.Next(4) == 0 ? Tag(random) : null,
        Blob = random.Next(25) == 0 ? Blob(random, number) : null,
    };

    private ScriptBlob Blob(Random random, int number) => new(~Stamp(number, 0), random.Next(BlobLength));

    private static KvDurability? Durability(Random random) => random.Next(20) == 0 ? KvDurability.Disk : null;

    private string Key(Random random) => $"{Group(random)}{random.Next(KeysPerGroup)}";

    private string Group(Random random) => $"{Prefix}{(char)('a' + random.Next(Groups))}";

    private string Tag(Random random) => $"{Prefix}{random.Next(2)}";

    private int Stamp(int number, int change) => (number * (MostChanges + 1)) + change + (writer * 1_000_003);

    /// <summary>Spreads the numbers over all seeds: the generator's first draws of neighbouring ones are alike. The finalizer is SplitMix64's.</summary>
    private int Mix(int number)
    {
        var bits = (((ulong)(uint)seed << 32) | (uint)number) + ((ulong)writer * 0x9e3779b97f4a7c15);
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
        return (int)(bits ^ (bits >> 31));
    }
}
