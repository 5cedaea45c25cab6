using System.Globalization;
using System.Text;

namespace SnapshotKv.FileSystem;

/// <summary>Who holds a store's directory, as <c>lock.owner</c> tells it: a note for people. Who holds the directory looks at it to see whether it is still his.</summary>
/// <remarks>
/// Text of one <c>name: value</c> per line: <c>process</c> (number), <c>program</c>, <c>machine</c> (in a container: its id or name), <c>since</c>
/// (UTC). Other lines are skipped.
/// </remarks>
/// <param name="ProcessId">The process, numbered as its own container or machine does.</param>
/// <param name="Program">The program's name.</param>
/// <param name="Machine">The machine's or container's name.</param>
/// <param name="Since">When it took the lock.</param>
internal sealed record LockOwner(int ProcessId, string Program, string Machine, DateTimeOffset Since)
{
    /// <summary>What is read of a note at most; ours have a tenth of it.</summary>
    public const int MaxBytes = 4096;

    private const int MaxNameLength = 255;

    /// <summary>This process, now.</summary>
    public static LockOwner Current(TimeProvider time) =>
        new(Environment.ProcessId, Printable(AppDomain.CurrentDomain.FriendlyName), Printable(Environment.MachineName), time.GetUtcNow().ToUniversalTime());

    /// <summary>Reads a note; null when it is not one.</summary>
    public static LockOwner? Parse(ReadOnlySpan<byte> note)
    {
        int? process = null;
        DateTimeOffset? since = null;
        string? program = null;
        string? machine = null;
        foreach (var line in Encoding.UTF8.GetString(note).Split('\n'))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var value = colon < 0 ? "" : line[(colon + 1)..].Trim();
            switch (colon < 0 ? "" : line[..colon])
            {
                case "process" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number):
                    process = number;
                    break;
                case "since" when DateTimeOffset.TryParseExact(value, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant):
                    since = instant;
                    break;
                case "program":
                    program = Printable(value);
                    break;
                case "machine":
                    machine = Printable(value);
                    break;
            }
        }

        return process is { } id && since is { } start && program is not null && machine is not null ? new LockOwner(id, program, machine, start) : null;
    }

    /// <summary>The note's bytes.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"process: {ProcessId}\nprogram: {Program}\nmachine: {Machine}\nsince: {Since:O}\n"));

    /// <summary>The owner as part of a sentence.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"process {ProcessId} ('{Program}') on '{Machine}', since {Since:yyyy-MM-dd HH:mm:ss'Z'}");

    /// <summary>Names come from a file that anybody may have written: they must not forge lines of a log.</summary>
    private static string Printable(string name)
    {
        var clean = string.Concat(name.Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029')));
        return clean.Length <= MaxNameLength ? clean : clean[..MaxNameLength];
    }
}
