using System.Globalization;
using SnapshotKv.Benchmarks.Groups;

namespace SnapshotKv.Benchmarks;

/// <summary>What the program does in a process of its own, where memory is what has to be measured.</summary>
internal static class Probes
{
    public static void Run(string name, string[] arguments)
    {
        var count = int.Parse(arguments[^1], CultureInfo.InvariantCulture);
        switch (name)
        {
            case Memory.Probe:
                Memory.RunProbe(arguments[0], count);
                break;
            case Million.FillProbe:
                Million.Fill(arguments[0], Enum.Parse<KvCompression>(arguments[1]), count);
                break;
            case Million.OpenProbe:
                Million.Open(arguments[0], Enum.Parse<KvCompression>(arguments[1]), count);
                break;
            default:
                throw new ArgumentException($"There is no probe {name}.", nameof(name));
        }
    }
}
