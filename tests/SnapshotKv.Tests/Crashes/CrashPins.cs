namespace SnapshotKv.Tests.Crashes;

/// <summary>What is pinned, and what is just being pinned or unpinned: a call that has returned counts after every crash, one that has not may or may not have.</summary>
/// <remarks>Read by the checks while the workload stands still.</remarks>
internal sealed class CrashPins
{
    private readonly Dictionary<string, PinnedState> _pinned = new(StringComparer.Ordinal);
    private string? _changing;
    private bool _isRestoring;

    /// <summary>How many names there are.</summary>
    public int Count => _pinned.Count;

    /// <summary>A snapshot is pinned by a call.</summary>
    public void Pin(string name, PinnedState state, Action call)
    {
        _changing = name;
        call();
        _pinned.Add(name, state);
        _changing = null;
    }

    /// <summary>A call restores, and thereby pins what was before by a name that the store gives.</summary>
    /// <param name="restore">The call; returns the name and what is pinned by it.</param>
    public void Restore(Func<(string Name, PinnedState State)> restore)
    {
        _isRestoring = true;
        var (name, state) = restore();
        _pinned.Add(name, state);
        _isRestoring = false;
    }

    /// <summary>The names that the store gave.</summary>
    public IReadOnlyList<string> Automatic => [.. _pinned.Keys.Where(IsAutomatic)];

    /// <summary>A name is taken away by a call.</summary>
    public void Unpin(string name, Action call)
    {
        _changing = name;
        call();
        _pinned.Remove(name);
        _changing = null;
    }

    /// <summary>Compares with what a store says.</summary>
    /// <returns>What is wrong; null for nothing.</returns>
    public string? Find(KvStore store)
    {
        var found = store.ListSnapshots().SelectMany(info => info.PinnedNames.Select(name => (Name: name, info.FileName))).ToDictionary(pin => pin.Name, pin => pin.FileName, StringComparer.Ordinal);
        foreach (var (name, state) in _pinned)
        {
            if (!found.TryGetValue(name, out var file))
            {
                if (name != _changing)
                {
                    return $"The snapshot that was pinned as '{name}' is not pinned any more.";
                }
            }
            else if (file != state.FileName)
            {
                return $"'{name}' was given to '{state.FileName}' and now is the name of '{file}'.";
            }
            else
            {
                using var view = store.OpenSnapshot(name);
                if (!view.GetKeys().SequenceEqual(state.Keys, StringComparer.Ordinal))
                {
                    return $"The snapshot that is pinned as '{name}' does not hold what it held when it was pinned.";
                }

                // Throws when a blob is gone that only this snapshot refers to.
                foreach (var key in state.Keys.Where(key => view.TryGetInfo(key, out var info) && info.HasBlob))
                {
                    view.GetBlob(key);
                }
            }
        }

        return found.Keys.FirstOrDefault(name => name != _changing && !_pinned.ContainsKey(name) && !(_isRestoring && IsAutomatic(name))) is { } more ? $"Nobody has pinned '{more}'." : null;
    }

    private static bool IsAutomatic(string name) => name.StartsWith("before-restore-", StringComparison.Ordinal);
}
