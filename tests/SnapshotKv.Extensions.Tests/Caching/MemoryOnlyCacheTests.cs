namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The cache over a store without a directory.</summary>
public sealed class MemoryOnlyCacheTests : SnapshotKvCacheSpecification;
