using System.Globalization;
using System.Text;

namespace SnapshotKv.KillTarget;

/// <summary>What the target tells whoever started it: each line with a write of its own, right away. Thread-safe.</summary>
internal sealed class Acknowledgements(Stream output)
{
    /// <summary>Said before the store is opened.</summary>
    public const string Opening = "opening";

    /// <summary>Said when it is open.</summary>
    public const string Open = "open";

    public void Say(string line)
    {
        output.Write(Encoding.ASCII.GetBytes(line + "\n"));
        output.Flush();
    }

    /// <summary>Says that a writer's step has returned.</summary>
    public void Say(int writer, int step) => Say(string.Create(CultureInfo.InvariantCulture, $"{writer} {step}"));

    public static bool TryParse(string line, out int writer, out int step)
    {
        step = 0;
        writer = 0;
        return line.Split(' ') is [var first, var second]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out writer)
            && int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out step);
    }
}
