using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>What was logged.</summary>
internal sealed record LogEntry(string Category, LogLevel Level, EventId Id, string Message, Exception? Exception);
