using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>Keeps what the store and its wiring log, the host's own messages left out, and lets a test wait for an event instead of for a time.</summary>
internal sealed class CapturingLogger : ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];
    private readonly List<(int EventId, int Times, TaskCompletionSource Signal)> _waiting = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public int Count(int eventId) => Entries.Count(entry => entry.Id.Id == eventId);

    /// <summary>Completes when an event has been logged that often.</summary>
    public Task WaitForAsync(int eventId, int times = 1)
    {
        lock (_gate)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((eventId, times, signal));
            Release();
            return signal.Task.WaitAsync(TestContext.Current.CancellationToken);
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // What was captured is looked at after the container is gone.
    }

    private void Add(LogEntry entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
            Release();
        }
    }

    private void Release() => _waiting.RemoveAll(wait => _entries.Count(entry => entry.Id.Id == wait.EventId) >= wait.Times && wait.Signal.TrySetResult());

    private sealed class Logger(CapturingLogger owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => category.StartsWith("SnapshotKv", StringComparison.Ordinal);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Add(new(category, logLevel, eventId, formatter(state, exception), exception));
            }
        }
    }
}
