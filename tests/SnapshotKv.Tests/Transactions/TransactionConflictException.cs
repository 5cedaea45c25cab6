namespace SnapshotKv.Tests.Transactions;

/// <summary>A transaction under test cannot go on because of what others committed since it began.</summary>
internal sealed class TransactionConflictException(string key, Exception? innerException = null) : Exception($"Conflict over '{key}'.", innerException);
