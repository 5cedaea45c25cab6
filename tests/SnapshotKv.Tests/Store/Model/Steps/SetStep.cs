namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Sets bytes, or a number with the typed form.</summary>
internal sealed record SetStep(string Key, int? Length, int Number, ModelLife Life) : EntryStep
{
    public static SetStep Draw(Random random) => new(ModelKeys.Draw(random), random.Next(3) == 0 ? null : random.Next(300), random.Next(), ModelLife.Draw(random));

    public override void Run(ModelScope scope)
    {
        var options = Life.ToOptions(scope.Now);
        if (Length is { } length)
        {
            var value = new byte[length];
            new Random(Number).NextBytes(value);
            scope.Store.SetBytes(Key, value, options);
            scope.Set(Key, Life, value);
        }
        else
        {
            scope.Store.Set(Key, (long)Number, options);
            scope.Set(Key, Life, (long)Number);
        }
    }

    public override string ToString() => $"set '{Key}' to {(Length is { } length ? $"{length} bytes" : $"{Number}")} {Life}";
}
