namespace SnapshotKv.Tests.Interop;

/// <summary>An extension as it stands in MessagePack.</summary>
internal sealed record WireExtension(sbyte Type, byte[] Payload);
