using SnapshotKv.Engine;

namespace SnapshotKv;

/// <summary>The keys under a prefix as a transaction sees them.</summary>
internal sealed class KvTransactionPartition(TransactionScope scope, KvKeyspace origin, KvKeyPrefix prefix, RecordBuilder builder)
    : KvTransactionKeyspace(scope, origin, prefix, builder);
