using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Diagnostics;

/// <summary>
/// The logger of an open store, which can be bound to another one. While there is none it keeps what it is told, so that what an opening found is known
/// to the log that comes later.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class BoundLogger : ILogger
{
    /// <summary>How many messages are kept, none below Information; later ones are dropped.</summary>
    internal const int Capacity = 100;

    private readonly Lock _lock = new();
    private readonly Queue<Action<ILogger>> _kept = new();
    private volatile ILogger? _target;
    private volatile bool _isFull;

    /// <summary>Logs to another logger from here on; null: to none, until the next one.</summary>
    public void Bind(ILogger? target)
    {
        lock (_lock)
        {
            _target = target;
            while (target is not null && _kept.TryDequeue(out var write))
            {
                Try(target, write);
            }

            _isFull = _kept.Count == Capacity;
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => _target?.IsEnabled(logLevel) ?? (logLevel >= LogLevel.Information && logLevel != LogLevel.None && !_isFull);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var target = _target;
        if (target is null)
        {
            target = Keep(kept => kept.Log(logLevel, eventId, state, exception, formatter));
        }

        if (target is not null)
        {
            Try(target, logger => logger.Log(logLevel, eventId, state, exception, formatter));
        }
    }

    /// <summary>A log that cannot be written, on the disk that is just full for instance, must fail nothing else: neither the save it tells of nor the process.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "There is nowhere left to report it.")]
    private static void Try(ILogger target, Action<ILogger> write)
    {
        try
        {
            write(target);
        }
        catch (Exception)
        {
            // The log itself has failed.
        }
    }

    /// <returns>The logger that has come meanwhile; null when the message was kept.</returns>
    private ILogger? Keep(Action<ILogger> write)
    {
        lock (_lock)
        {
            if (_target is null && _kept.Count < Capacity)
            {
                _kept.Enqueue(write);
                _isFull = _kept.Count == Capacity;
            }

            return _target;
        }
    }
}
