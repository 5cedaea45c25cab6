using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>
/// A logger that keeps what is logged until there is a place for it: configuration is read before the container, and with it the application's logging,
/// exists.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class DeferredLogger(string category) : ILogger
{
    /// <summary>Without a container nobody ever comes for the messages.</summary>
    private const int MostKept = 256;

    private readonly Lock _lock = new();
    private readonly Queue<Action<ILogger>> _kept = new();
    private volatile ILogger? _target;

    /// <summary>Takes the first factory it is given, and writes to it what was kept.</summary>
    public void Bind(ILoggerFactory factory)
    {
        lock (_lock)
        {
            if (_target is not null)
            {
                return;
            }

            var target = factory.CreateLogger(category);
            foreach (var message in _kept)
            {
                Try(target, message);
            }

            _kept.Clear();
            _target = target;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => _target?.IsEnabled(logLevel) ?? true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (_target is null && TryKeep(target => Write(target, logLevel, eventId, state, exception, formatter)))
        {
            return;
        }

        Try(_target!, target => target.Log(logLevel, eventId, state, exception, formatter));
    }

    /// <summary>A log that cannot be written must fail nothing else: neither what is published nor the process, on whose timers this runs.</summary>
    private static void Try(ILogger target, Action<ILogger> write)
    {
        try
        {
            write(target);
        }
        catch (Exception)
        {
            // The log itself has failed, and there is nowhere left to report it.
        }
    }

    private static void Write<TState>(ILogger target, LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (target.IsEnabled(logLevel))
        {
            target.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    private bool TryKeep(Action<ILogger> message)
    {
        lock (_lock)
        {
            if (_target is not null)
            {
                return false;
            }

            if (_kept.Count == MostKept)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(message);
            return true;
        }
    }
}
