namespace SnapshotKv.Tests.Crashes;

/// <content>Going back to snapshots.</content>
internal sealed partial class CrashLife
{
    private (string FileName, Dictionary<string, ExpectedEntry> Entries) _kept;

    /// <summary>Saves, and remembers what the snapshot holds.</summary>
    public void SaveToGoBackTo()
    {
        Save();
        _kept = (Store.ListSnapshots()[0].FileName, Oracle.Now.ToDictionary(item => item.Key, item => item.Value.Saved(), StringComparer.Ordinal));
    }

    /// <summary>Goes back to what was remembered.</summary>
    public void Restore(string prefix)
    {
        Pins.Restore(() =>
        {
            var result = RestoreKept(prefix);
            result.Saved.ShouldNotBeNull();
            using var before = Store.OpenSnapshot(result.BeforeName);
            return (result.BeforeName, new(result.Before.FileName, [.. before.GetKeys()]));
        });
        Oracle.Keep(isOnDevice: true);
    }

    private KvRestoreResult RestoreKept(string prefix)
    {
        KvRestoreResult? result = null;
        Commit(() => result = Store.Restore(_kept.FileName, prefix), state =>
        {
            RemoveWhere(state, (key, _) => key.StartsWith(prefix, StringComparison.Ordinal));
            foreach (var (key, entry) in _kept.Entries.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal) && item.Value.IsLive(Now)))
            {
                state[key] = entry.Saved();
            }
        });
        return result!;
    }
}
