using System.Globalization;

namespace SnapshotKv.KillTarget;

/// <summary>What a store held at some of its commits, which a seed chooses: written down whole by its owner, and read by whoever compares a follower with it.</summary>
/// <param name="directory">Where they lie; made when it is missing.</param>
/// <param name="seed">Chooses the commits, the same for both processes.</param>
internal sealed class FullStates(string directory, int seed)
{
    /// <summary>One commit in so many is chosen.</summary>
    private const ulong Every = 16;

    public bool IsChosen(ulong number) => ((number ^ (uint)seed) * 0x9E37_79B9_7F4A_7C15UL >> 32) % Every == 0;

    /// <summary>Writes a state down, whole or not at all, for the process may be killed at any moment.</summary>
    public void Write(ulong number, IEnumerable<string> lines)
    {
        Directory.CreateDirectory(directory);
        var path = GetPath(number);
        File.WriteAllLines(path + ".tmp", lines);
        File.Move(path + ".tmp", path);
    }

    /// <summary>A state, a line for each key; null when it was not written down.</summary>
    public IReadOnlyList<string>? Read(ulong number) => File.Exists(GetPath(number)) ? File.ReadAllLines(GetPath(number)) : null;

    private string GetPath(ulong number) => Path.Join(directory, number.ToString(CultureInfo.InvariantCulture));
}
