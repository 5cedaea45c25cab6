namespace SnapshotKv.Tests.Interop;

/// <summary>The bytes of a MessagePack string, which need not be text.</summary>
internal sealed record WireString(byte[] Bytes);
