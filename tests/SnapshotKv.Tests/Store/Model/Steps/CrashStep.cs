using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>The end of the process or of the machine, and an opening. Without a journal what was not saved is gone, unless it must not be.</summary>
internal sealed record CrashStep(CrashKind Kind, int Seed, KvCompression Compression, bool IsAllKept = false) : ModelStep
{
    private static readonly CrashKind[] Kinds = Enum.GetValues<CrashKind>();

    public static CrashStep Draw(Random random) => new(Kinds[random.Next(Kinds.Length)], random.Next(), (KvCompression)random.Next(2));

    public override void Run(ModelWorld world)
    {
        if (IsAllKept)
        {
            world.CrashOnceAllIsKept(Kind, Seed, Compression);
        }
        else
        {
            world.Crash(Kind, Seed, Compression);
        }
    }

    public override string ToString() => $"{Kind} with seed {Seed} and open, compression {Compression}";
}
