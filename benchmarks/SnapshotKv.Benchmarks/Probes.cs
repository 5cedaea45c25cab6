namespace SnapshotKv.Benchmarks;

/// <summary>What the program does in a process of its own, where memory is what has to be measured.</summary>
internal static class Probes
{
    public static void Run(string name, string[] arguments)
    {
        switch (name)
        {
            default:
                throw new ArgumentException($"There is no probe {name} ({arguments.Length} arguments).", nameof(name));
        }
    }
}
