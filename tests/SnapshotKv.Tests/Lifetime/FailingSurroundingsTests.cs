using Microsoft.Extensions.Logging;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Lifetime;

/// <summary>Logs that throw and openings that fail late: neither fails a save, nor keeps a directory locked.</summary>
public sealed class FailingSurroundingsTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Log_ThatThrows_FailsNoSave_AndWatchersAreTold()
    {
        using var log = new ThrowingLogger();
        using var store = _home.Open(options => options.LoggerFactory = log);
        var told = 0;
        using var watch = store.WatchSnapshots("", _ => told++);
        store.Set("k", 1);

        store.Save().ShouldNotBeNull();

        told.ShouldBe(1);
        store.GetStatistics().FailedSaves.ShouldBe(0);
    }

    [Fact]
    public void Log_ThatThrowsWhenATimedSaveFails_DoesNotKeepItFromBeingTriedAgain()
    {
        using var log = new ThrowingLogger();
        using var store = _home.Open(options => options.LoggerFactory = log);
        store.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace, times: 1);

        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void OpenShared_WithALogFactoryThatIsDisposed_IsOpenedWithoutOne_AndClosedByTheLast()
    {
        var disposed = LoggerFactory();
        disposed.Dispose();
        var first = _home.OpenShared(options => options.LoggerFactory = disposed);
        var second = _home.OpenShared();

        first.Dispose();
        second.Dispose();

        using var free = _home.Open();
        static ThrowingFactory LoggerFactory() => new();
    }

    [Fact]
    public void Open_ThatFailsLate_LetsGoOfTheDirectory()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, new byte[1]);
        }

        _home.Disk.CreateDirectory($"{StoreHome.Path}/quarantine");
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.List && operation.Path.EndsWith("quarantine", StringComparison.Ordinal), FileFault.AccessDenied);
        Should.Throw<KvStoreUnavailableException>(() => _home.Open());
        _home.Files.Heal();

        using var again = _home.Open();
        again.Exists("k").ShouldBeTrue();
    }

    /// <summary>A log whose disk is full.</summary>
    private sealed class ThrowingLogger : ILogger, ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            throw new IOException("No space left for the log.");

        public void Dispose()
        {
            // Nothing to let go of.
        }
    }

    private sealed class ThrowingFactory : ILoggerFactory
    {
        private bool _isDisposed;

        public ILogger CreateLogger(string categoryName) =>
            _isDisposed ? throw new ObjectDisposedException(nameof(ThrowingFactory)) : Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() => _isDisposed = true;
    }
}
