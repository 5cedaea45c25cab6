namespace SnapshotKv.Tests.Store.Model.Steps;

internal sealed record CrashStep(KvCompression Compression) : ModelStep
{
    public static CrashStep Draw(Random random) => new((KvCompression)random.Next(2));

    public override void Run(ModelWorld world) => world.Crash(Compression);

    public override string ToString() => $"power cut and open, compression {Compression}";
}
