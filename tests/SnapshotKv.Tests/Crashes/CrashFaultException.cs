namespace SnapshotKv.Tests.Crashes;

/// <summary>A crash took what it must not take, or left what cannot be.</summary>
internal sealed class CrashFaultException(string message) : Exception(message);
