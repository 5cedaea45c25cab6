using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>What a transaction will do to a key.</summary>
/// <param name="After">The record it sets; none when it removes the key.</param>
/// <param name="Options">How long the entry is to live from the commit on; without a life the record's own deadline stays.</param>
/// <param name="Version">What the transaction itself sees as the version: greater than any it began with. 0 when it removes the key.</param>
internal readonly record struct TransactionWrite(Record After, KvEntryOptions Options, long Version);
