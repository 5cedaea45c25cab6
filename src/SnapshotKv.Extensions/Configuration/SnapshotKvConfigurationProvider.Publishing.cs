using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Configuration;

/// <content>From a set of entries to a published configuration, and who waits for it.</content>
public sealed partial class SnapshotKvConfigurationProvider
{
    // Sets come from the threads of the store, of the clock and of whoever reloads; they are looked at one after the other. Only the validation, of all foreign code, runs
    // inside: the reload token and the error callback are called outside.
    private readonly Lock _publishing = new();
    private readonly Lock _keeping = new();
    private readonly List<Waiter> _waiters = [];
    private ConfigurationEntries? _newest;
    private Dictionary<string, string?>? _published;
    private Exception? _fault;

    /// <summary>Completes when what was committed up to a version was published, or does not come to it.</summary>
    /// <returns>Why it was not published; null when it was.</returns>
    internal Task<Exception?> CatchUpAsync(long version, CancellationToken cancellationToken)
    {
        if (_feed is not { IsFollowing: true } feed)
        {
            return Task.FromResult<Exception?>(null);
        }

        if (!feed.FollowsSnapshots)
        {
            LoadAndTell(feed);
        }

        Waiter waiter;
        lock (_publishing)
        {
            if (_isDisposed || _newest?.Version >= version)
            {
                return Task.FromResult(_fault);
            }

            waiter = new Waiter(version, new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously));
            _waiters.Add(waiter);
        }

        try
        {
            // Behind the waiter: a store that was closed tells nothing any more, and nobody else would end the waiting.
            _ = feed.Store.Watch(Prefix);
        }
        catch (ObjectDisposedException closed)
        {
            lock (_publishing)
            {
                _waiters.Remove(waiter);
            }

            waiter.Completion.TrySetResult(closed);
        }

        return waiter.Completion.Task.WaitAsync(cancellationToken);
    }

    private void LoadAgain(ConfigurationFeed feed)
    {
        DropOverrides();
        try
        {
            // What the application sees is what a restart would see, also when it asks anew.
            var entries = feed.FollowsSnapshots ? _newest! : feed.Read();
            Examine(entries, isAskedFor: true);
        }
        catch (Exception exception)
        {
            _logger.ConfigurationReloadFailed(exception);
            CallBack(exception);
        }
    }

    /// <summary>A reload ends what was overridden in memory, as it does with files.</summary>
    private void DropOverrides()
    {
        lock (_publishing)
        {
            Data = _published ?? Data;
        }
    }

    private void LoadAndTell(ConfigurationFeed feed) => Examine(feed.Read(), isAskedFor: false);

    /// <summary>The first set: what cannot be published ends the start, unless a good one was kept.</summary>
    private void PublishFirst(ConfigurationEntries entries)
    {
        Exception? fault = null;
        lock (_publishing)
        {
            // A snapshot that was saved meanwhile may have come first.
            _newest = entries = _newest?.Order > entries.Order ? _newest : entries;
            try
            {
                Swap(entries, JudgeOrThrow(entries));
            }
            catch (Exception exception) when (exception is SnapshotKvConfigurationException or SnapshotKvConfigurationRefusedException)
            {
                if (ReadLastGood() is not { } good)
                {
                    throw;
                }

                Report(exception);
                _fault = fault = exception;
                _logger.ConfigurationLastGoodUsed(good.Count);
                _published = good;
                Data = good;
            }
        }

        if (fault is null)
        {
            KeepLastGood();
        }
        else
        {
            CallBack(fault);
        }
    }

    /// <summary>Publishes a set if it is newer, means something else, and may be published.</summary>
    /// <param name="entries">The set.</param>
    /// <param name="isAskedFor">Whether the application reloads: then a set that was refused is looked at again, and the caller tells of what changed.</param>
    private void Examine(ConfigurationEntries entries, bool isAskedFor)
    {
        var isGood = false;
        var isChanged = false;
        Exception? fault = null;
        lock (_publishing)
        {
            if (_isDisposed || entries.Order < _newest?.Order)
            {
                return;
            }

            var isKnown = _newest is not null && entries.HasSameValues(_newest);
            _newest = entries;
            if (!isKnown || (isAskedFor && _fault is not null))
            {
                try
                {
                    isChanged = Swap(entries, JudgeOrThrow(entries));
                    isGood = true;
                }
                catch (Exception exception) when (exception is SnapshotKvConfigurationException or SnapshotKvConfigurationRefusedException)
                {
                    Report(exception);
                    _fault = fault = exception;
                }
            }
        }

        if (fault is not null)
        {
            CallBack(fault);
        }

        if (isChanged && !isAskedFor)
        {
            Tell();
        }

        if (isGood)
        {
            KeepLastGood();
        }

        ReleaseWaiters(entries.Version);
    }

    private Dictionary<string, string?> JudgeOrThrow(ConfigurationEntries entries)
    {
        var set = ConfigurationDecoder.Decode(Prefix, entries);
        if (set.Skipped.Count > 0)
        {
            _logger.ConfigurationKeysSkipped(set.Skipped.Count, ConfigurationKeys.OwnSection);
            LogKeys(set.Skipped, static (logger, keys) => logger.ConfigurationSkippedKeys(keys));
        }

        var data = set.ToData();
        if (!IsPublished(data) && Judge(data) is { } refusal)
        {
            throw refusal;
        }

        return data;
    }

    /// <summary>Puts a good set in the place of the published one.</summary>
    /// <returns>Whether readers see a difference.</returns>
    private bool Swap(ConfigurationEntries entries, Dictionary<string, string?> data)
    {
        _fault = null;
        if (IsPublished(data))
        {
            return false;
        }

        var changed = ConfigurationDifference.Keys(Data, data);
        _published = data;
        Data = data;
        _logger.ConfigurationPublished(data.Count, entries.Version, changed.Count);
        LogKeys(changed, static (logger, keys) => logger.ConfigurationKeysChanged(keys));
        return changed.Count > 0;
    }

    private bool IsPublished(Dictionary<string, string?> data) => _published is not null && ConfigurationDifference.IsNone(_published, data);

    private void Report(Exception exception)
    {
        if (exception is SnapshotKvConfigurationException unreadable)
        {
            _logger.ConfigurationUnreadable(unreadable.Problems.Count);
            LogKeys(unreadable.Problems, static (logger, problems) => logger.ConfigurationUnreadableKeys(problems));
        }
        else if (exception is SnapshotKvConfigurationRefusedException refused)
        {
            _logger.ConfigurationRefused(string.Join("; ", refused.Reasons));
        }
    }

    private void LogKeys(IReadOnlyCollection<string> keys, Action<ILogger, string> log)
    {
        if (_logger.IsEnabled(LogLevel.Debug))
        {
            log(_logger, string.Join(", ", keys));
        }
    }

    private void Tell()
    {
        try
        {
            OnReload();
        }
        catch (Exception exception)
        {
            _logger.ConfigurationCallbackFailed(exception);
        }
    }

    private void CallBack(Exception fault)
    {
        try
        {
            _source.OnError?.Invoke(fault);
        }
        catch (Exception exception)
        {
            _logger.ConfigurationErrorCallbackFailed(exception);
        }
    }

    private Dictionary<string, string?>? ReadLastGood()
    {
        try
        {
            return _lastGood!.Read();
        }
        catch (Exception exception)
        {
            _logger.ConfigurationLastGoodFailed(exception);
            return null;
        }
    }

    /// <summary>Outside of the publishing, because it writes to the store; with a lock of its own, so that an older set never takes the place of a newer one.</summary>
    private void KeepLastGood()
    {
        if (_source.Validators.Count == 0)
        {
            return;
        }

        try
        {
            lock (_keeping)
            {
                _lastGood!.Keep(_published!);
            }
        }
        catch (Exception exception)
        {
            _logger.ConfigurationLastGoodFailed(exception);
        }
    }

    private void ReleaseWaiters(long version = long.MaxValue)
    {
        lock (_publishing)
        {
            foreach (var waiter in _waiters.Where(waiter => waiter.Version <= version))
            {
                waiter.Completion.TrySetResult(_fault);
            }

            _waiters.RemoveAll(waiter => waiter.Version <= version);
        }
    }

    /// <summary>What the feed is given, so that none of it is public.</summary>
    private sealed class FeedTarget(SnapshotKvConfigurationProvider provider) : IConfigurationFeedTarget
    {
        public void Offer(ConfigurationEntries entries) => provider.Examine(entries, isAskedFor: false);

        public void OnFailed(Exception exception, TimeSpan retryAfter)
        {
            provider._logger.ConfigurationStoreFailed(exception, retryAfter);
            provider.CallBack(exception);
        }

        public void OnClosed() => provider._logger.ConfigurationStoreClosed();
    }

    private sealed record Waiter(long Version, TaskCompletionSource<Exception?> Completion);
}
