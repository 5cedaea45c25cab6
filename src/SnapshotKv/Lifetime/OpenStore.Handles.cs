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
        var engine = new StoreEngine(_pipeline, _clock, Maintenance, Directory?.Checkpointer, BlobFiles, _flights, _snapshotWatchers, _journal, _room, _slides, _settings, _scheduler, _logger)
        {
            WriteRefusal = Followed is null ? null : FollowerRefusal,
        };
        var settings = options.Copy();
        settings.Format = _settings.Format;
        var handle = new StoreHandle(engine, settings, owner) { Statement = options.Copy() };
        lock (_handling)
        {
            SettingsAgreement.Check(DirectoryPath, _handles, handle);
            SettingsAgreement.CheckFormat(DirectoryPath, _settings, _handles, handle);
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

            var postponed = SettingsAgreement.Postponed(_settings, copy).ToList();
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
        var (debounce, interval) = (_settings.SaveDebounce, _settings.TtlCleanupInterval);
        var (flushInterval, maxJournalBytes) = (_settings.FlushInterval, _settings.MaxJournalBytes);
        SettingsAgreement.Apply(_handles, _settings);
        if (BindClock() || debounce != _settings.SaveDebounce || interval != _settings.TtlCleanupInterval)
        {
            Maintenance.SetTimes(_settings.SaveDebounce, _settings.TtlCleanupInterval);
        }
        else if (flushInterval != _settings.FlushInterval || maxJournalBytes != _settings.MaxJournalBytes)
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
        if (statement is null || _timeProvider.IsBoundTo(statement.TimeProvider))
        {
            return false;
        }

        _timeProvider.Bind(statement.TimeProvider);
        _clock.NoteSource();
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
            _logger.Bind(CreateLogger(statement));
        }
        else if (Location is not null)
        {
            _logger.Bind(null);
        }
    }

    private void BindMeter() => _metrics.Bind(
        _handles.Find(handle => handle.Statement.MeterFactory is not null)?.Statement.MeterFactory,
        _handles.Find(handle => handle.Statement.Name is not null)?.Statement.Name);
}
