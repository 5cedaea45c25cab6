using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>Whether the mount that a file lies on is one where storing into mapped bytes that were written and flushed before cannot fail.</summary>
/// <remarks>
/// <para>
/// A store that fails ends the process (SIGBUS), where a write would give an error. So this is a list of what is known to be safe, asked of the kernel's own table
/// of mounts: the number that <c>fstatfs</c> gives is the same for ext2, ext3 and ext4, and says nothing of options.
/// </para>
/// <para>
/// On it are ext4 and tmpfs: their blocks are overwritten in place, and on an ext4 that was shut down or has gone read-only after an error a store still succeeds and only
/// the flush fails (tried on Linux 6.18). Not on it are ext4 with <c>data=journal</c> and XFS, where the first store into a page after a flush ends
/// the process once the file system has failed (tried, too); DAX, where every store goes through the file system's journal; and whatever copies on write.
/// </para>
/// <para>
/// What remains: a page that the kernel has dropped for want of memory is read again before it is stored into, and a device that can no longer read it ends the process. Where
/// the journal is written the pages are young (each flush takes them out of the process, and the kernel keeps them all the same), and what was published before is the kernel's either way.
/// </para>
/// </remarks>
internal static class MappableMount
{
    private static readonly string[] UnsafeExt4Options = ["data=journal", "dax", "dax=always", "dax=inode"];

    /// <summary>Looks an open file's mount up. False, too, where there is no such table or this process cannot read it.</summary>
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This folder is the one that touches files.")]
    public static bool Holds(SafeFileHandle file)
    {
        // A word is stored as one only where words have 64 bits.
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return false;
        }

        try
        {
            var descriptor = file.DangerousGetHandle();
            var about = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fdinfo/{descriptor}"));
            GC.KeepAlive(file);
            return IdIn(about) is { } mount && IsMappable(File.ReadAllText("/proc/self/mountinfo"), mount);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>The mount's number in what the kernel says about a descriptor (proc(5), fdinfo); null when it does not say.</summary>
    internal static string? IdIn(string descriptorInfo)
    {
        const string Name = "mnt_id:";
        foreach (var line in descriptorInfo.AsSpan().EnumerateLines())
        {
            if (line.StartsWith(Name, StringComparison.Ordinal))
            {
                return line[Name.Length..].Trim().ToString();
            }
        }

        return null;
    }

    /// <summary>Looks a mount up in the table of mounts (proc(5), mountinfo): number, five more fields, optional ones, a dash, type, source, options.</summary>
    internal static bool IsMappable(string mountTable, string mount)
    {
        foreach (var line in mountTable.Split('\n'))
        {
            // Blanks within a field are escaped.
            var fields = line.Split(' ');
            if (fields[0] == mount)
            {
                var dash = Array.IndexOf(fields, "-", Math.Min(6, fields.Length));
                return dash >= 0 && dash + 3 < fields.Length && IsMappable(fields[dash + 1], fields[dash + 3].Split(','));
            }
        }

        return false;
    }

    private static bool IsMappable(string type, string[] options) => type switch
    {
        "tmpfs" => true,
        "ext4" => !options.Any(UnsafeExt4Options.Contains),
        _ => false,
    };
}
