using System.Text;
using System.Text.Unicode;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Where a session keeps whose it is: under a key like any other, so that it is merged, cleared and passed on by wrappers like any other.</summary>
internal static class SessionUser
{
    public const string Key = "snapshotkv:user";

    /// <summary>The name, or null when the bytes are none: anybody can set the key.</summary>
    public static string? Read(ReadOnlySpan<byte> bytes) => !bytes.IsEmpty && Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;
}
