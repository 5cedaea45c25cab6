namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record ReopenStep(KvCompression Compression) : ModelStep
{
    public static ReopenStep Draw(Random random) => new((KvCompression)random.Next(2));

    public override void Run(ModelWorld world) => world.Reopen(Compression);

    public override string ToString() => $"close and open, compression {Compression}";
}
