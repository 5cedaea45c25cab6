namespace SnapshotKv.Tests.MessagePack;

/// <summary>Bytes spelled in hex, blanks allowed.</summary>
internal static class Hex
{
    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
