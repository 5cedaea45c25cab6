using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv.Tests.Store.Model;

/// <summary>The keys under a prefix with their versions, kept up by nothing but the changes that a watcher is told of.</summary>
internal sealed class ModelWatcher
{
    private readonly KvStore _store;
    private readonly string _prefix;
    private readonly string _markPrefix;
    private readonly IAsyncEnumerator<KvChange> _changes;
    private readonly Dictionary<string, long> _replica = new(StringComparer.Ordinal);
    private long _lastVersion;
    private string _mark = "";
    private int _marks;

    /// <param name="store">The store.</param>
    /// <param name="prefix">What is watched.</param>
    /// <param name="number">Tells its mark from those of other watchers.</param>
    public ModelWatcher(KvStore store, string prefix, int number)
    {
        _store = store;
        _prefix = prefix;
        _markPrefix = $"{prefix}\u0001mark {number}.";
        _changes = store.WatchAsync(prefix).GetAsyncEnumerator();
        ReadAnew();
    }

    /// <summary>Takes in what was told since, and compares with what the store holds.</summary>
    /// <param name="isDead">Whether a key's entry has expired: until it is swept nothing is told of it.</param>
    public void Compare(Func<string, bool> isDead)
    {
        SetMark();
        while (!Take())
        {
        }

        var live = Live();
        foreach (var key in _replica.Keys.Where(key => !live.ContainsKey(key) && isDead(key)).ToList())
        {
            _replica.Remove(key);
        }

        _replica.OrderBy(item => item.Key, ModelKeys.ByBytes).ShouldBe(live.OrderBy(item => item.Key, ModelKeys.ByBytes), $"what was told to the watcher of '{_prefix}'");
    }

    /// <summary>Takes in one change.</summary>
    /// <returns>Whether it was the mark's end.</returns>
    [SuppressMessage("Reliability", "CA2012:Use ValueTasks correctly", Justification = "It has been seen to be completed.")]
    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "It has been seen to be completed.")]
    private bool Take()
    {
        var next = _changes.MoveNextAsync();
        next.IsCompletedSuccessfully.ShouldBeTrue("a change was not told at once");
        next.Result.ShouldBeTrue("the changes ended before the store did");
        var change = _changes.Current;
        change.Version.ShouldBeGreaterThanOrEqualTo(_lastVersion);
        _lastVersion = change.Version;
        switch (change.Kind)
        {
            case KvChangeKind.Set:
                change.Key.ShouldStartWith(_prefix, Case.Sensitive);
                _replica[change.Key] = change.Version;
                return false;
            case KvChangeKind.Removed or KvChangeKind.Expired:
                _replica.Remove(change.Key);
                return change.Key == _mark;
            case KvChangeKind.Reset:
                ReadAnew();
                return false;
            case KvChangeKind.Missed:
                // The mark may be among what was missed.
                ReadAnew();
                SetMark();
                return false;
            default:
                throw new InvalidOperationException($"{change.Kind} was told.");
        }
    }

    /// <summary>A key of its own, set and removed, marks the end of what is to be told; so the watcher need never wait.</summary>
    private void SetMark()
    {
        _mark = $"{_markPrefix}{_marks++}";
        _store.Set(_mark, 0);
        _store.Remove(_mark).ShouldBeTrue();
    }

    private void ReadAnew()
    {
        _replica.Clear();
        foreach (var (key, version) in Live())
        {
            _replica[key] = version;
        }
    }

    private Dictionary<string, long> Live() => _store.GetKeys(_prefix).ToDictionary(
        key => key,
        key => _store.TryGetInfo(key, out var info) ? info.Version : 0,
        StringComparer.Ordinal);
}
