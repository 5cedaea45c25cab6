namespace SnapshotKv.Engine;

/// <summary>A save that the disk refused, and since which none has succeeded.</summary>
/// <param name="At">When, as a timestamp of the store's clock.</param>
/// <param name="Cause">What its caller was told.</param>
internal sealed record FailedSave(long At, KvStoreUnavailableException Cause);
