using Microsoft.Extensions.Logging;
using SnapshotKv.Engine;

namespace SnapshotKv.Lifetime;

/// <content>Who has the store open, and what they want.</content>
internal sealed partial class OpenStore
{
    private readonly Lock _handling = new();
    private readonly List<StoreHandle> _handles = [];
    private ILoggerFactory? _loggerFactory;

    /// <summary>Whether somebody else than one handle has the store open.</summary>
    public bool IsHeldByOthers(StoreHandle handle)
    {
        lock (_handling)
        {
            return _handles.Exists(other => other != handle);
        }
    }

    /// <summary>Somebody opens the store.</summary>
    /// <exception cref="KvStoreSettingsException">What he states contradicts what others state.</exception>
    public StoreHandle Attach(SnapshotKvOptions options, string owner)
    {
        var engine = new StoreEngine(
            _pipeline,
            _services.Clock,
            Maintenance,
            Directory?.Checkpointer,
            BlobFiles,
            _flights,
            _services.SnapshotWatchers,
            _journal,
            _room,
            _slides,
            _services.Settings,
            _services.Environment.Scheduler,
            _services.Logger)
        {
            WriteRefusal = Followed is null ? null : FollowerRefusal,
        };
        var settings = options.Copy();
        settings.Format = _services.Settings.Format;
        var handle = new StoreHandle(engine, settings, owner) { Statement = options.Copy() };
        lock (_handling)
        {
            SettingsAgreement.Check(DirectoryPath, _handles, handle);
            SettingsAgreement.CheckFormat(DirectoryPath, _services.Settings, _handles, handle);
            _handles.Add(handle);
            Apply();
        }

        return handle;
    }

    /// <summary>A handle states something else.</summary>
    /// <returns>The settings that count only once the store is opened again.</returns>
    /// <exception cref="KvStoreSettingsException">It contradicts what others state; nothing has changed.</exception>
    public IReadOnlyList<string> Reconfigure(StoreHandle handle, SnapshotKvOptions options)
    {
        var copy = options.Copy();
        lock (_handling)
        {
            var others = _handles.FindAll(other => other != handle);
            SettingsAgreement.Check(DirectoryPath, others, handle with { Statement = copy });

            var postponed = SettingsAgreement.Postponed(_services.Settings, copy).ToList();
            if (copy.Path != handle.Statement.Path)
            {
                postponed.Insert(0, nameof(copy.Path));
                copy.Path = handle.Statement.Path;
            }

            handle.Statement = copy;
            handle.Settings.MaxValueBytes = copy.MaxValueBytes;
            Apply();
            return postponed;
        }
    }

    /// <summary>A handle is closed. What it stated stays until somebody states something again.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Detach(StoreHandle handle)
    {
        lock (_handling)
        {
            // Its log and its meter are about to go; the next one that has one gets what is said from now on, and the last one keeps its own for the closing.
            if (_handles.Remove(handle) && _handles.Count > 0)
            {
                BindLogger();
                BindMeter();
            }

            return _handles.Count == 0;
        }
    }

    private void Apply()
    {
        var (debounce, interval) = (_services.Settings.SaveDebounce, _services.Settings.TtlCleanupInterval);
        var (flushInterval, maxJournalBytes) = (_services.Settings.FlushInterval, _services.Settings.MaxJournalBytes);
        SettingsAgreement.Apply(_handles, _services.Settings);
        if (BindClock() || debounce != _services.Settings.SaveDebounce || interval != _services.Settings.TtlCleanupInterval)
        {
            Maintenance.SetTimes(_services.Settings.SaveDebounce, _services.Settings.TtlCleanupInterval);
        }
        else if (flushInterval != _services.Settings.FlushInterval || maxJournalBytes != _services.Settings.MaxJournalBytes)
        {
            Maintenance.SetJournalLimits();
        }

        BindLogger();
        BindMeter();
    }

    /// <returns>Whether it is another one now.</returns>
    private bool BindClock()
    {
        var statement = _handles.Find(handle => (handle.Statement.Stated & SettingNames.TimeProvider) != 0)?.Statement;
        if (statement is null || _services.TimeProvider.IsBoundTo(statement.TimeProvider))
        {
            return false;
        }

        _services.TimeProvider.Bind(statement.TimeProvider);
        _services.Clock.NoteSource();
        return true;
    }

    private void BindLogger()
    {
        var statement = _handles.Find(handle => handle.Statement.LoggerFactory is not null)?.Statement;
        if (ReferenceEquals(statement?.LoggerFactory, _loggerFactory))
        {
            return;
        }

        _loggerFactory = statement?.LoggerFactory;
        if (statement is not null)
        {
            _services.Logger.Bind(StoreServices.CreateLogger(statement));
        }
        else if (Location is not null)
        {
            _services.Logger.Bind(null);
        }
    }

    private void BindMeter() => _services.Metrics.Bind(
        _handles.Find(handle => handle.Statement.MeterFactory is not null)?.Statement.MeterFactory,
        _handles.Find(handle => handle.Statement.Name is not null)?.Statement.Name);
}
