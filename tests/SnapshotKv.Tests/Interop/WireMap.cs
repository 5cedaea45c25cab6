namespace SnapshotKv.Tests.Interop;

/// <summary>A map's pairs in their order; keys may be of any kind.</summary>
internal sealed record WireMap(IReadOnlyList<(object? Key, object? Value)> Pairs);
