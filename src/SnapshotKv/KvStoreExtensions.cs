namespace SnapshotKv;

/// <summary>Typed, untyped and asynchronous convenience over the primitives of <see cref="IKvStore"/>.</summary>
public static partial class KvStoreExtensions
{
}
