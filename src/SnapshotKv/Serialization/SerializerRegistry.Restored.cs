using SnapshotKv.Engine;

namespace SnapshotKv.Serialization;

/// <content>What a restore brings.</content>
internal sealed partial class SerializerRegistry : IRestoredClaims
{
    /// <summary>Claiming: the prefixes that the last restore has claimed, and nobody else since.</summary>
    private readonly HashSet<string> _adopted = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Check(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded, string snapshot)
    {
        foreach (var (claimed, name) in Concerned(names, prefix, guarded))
        {
            ThrowIfAnothers(claimed, name, snapshot);
        }
    }

    /// <inheritdoc/>
    public void Adopt(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded, string snapshot)
    {
        lock (_claiming)
        {
            _adopted.Clear();
        }

        foreach (var (claimed, name) in Concerned(names, prefix, guarded))
        {
            if (TryAdd(claimed, name, isAdopted: true))
            {
                Interlocked.Increment(ref _generation);
            }
            else
            {
                ThrowIfAnothers(claimed, name, snapshot);
            }
        }
    }

    /// <inheritdoc/>
    public bool Abandon()
    {
        var isAnyGivenUp = false;
        lock (_claiming)
        {
            try
            {
                foreach (var claimed in _adopted.Where(_names.ContainsKey))
                {
                    GiveUp(claimed);
                    isAnyGivenUp = true;
                }
            }
            catch (KvStoreException)
            {
                // A claim too many refuses another serializer, and mixes nothing up.
            }

            _adopted.Clear();
        }

        Interlocked.Increment(ref _generation);
        return isAnyGivenUp;
    }

    /// <summary>Gives up one claim. What the journal is told takes those that lie deeper, too; they are told anew.</summary>
    private void GiveUp(string prefix)
    {
        Change(prefix, null, () => _names.TryRemove(prefix, out _));
        foreach (var (deeper, name) in _names.Where(claim => claim.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            Change(deeper, name, static () => { });
        }
    }

    private void ThrowIfAnothers(string claimed, string name, string snapshot)
    {
        if (_names.TryGetValue(claimed, out var claimant) && !IsSame(claimant, name))
        {
            var where = claimed.Length == 0 ? "this store" : $"the partition '{claimed}'";
            throw new KvSerializationException(
                $"The snapshot '{snapshot}' cannot be restored: its values of {where} were written by the serializer '{name}', and '{claimant}' writes there now. Nothing was changed; "
                + "clear what is there first, or restore by a prefix that leaves it out.");
        }
    }

    /// <summary>The claims on what is restored: those under the prefix, and the nearest that it lies in.</summary>
    private static IEnumerable<KeyValuePair<string, string>> Concerned(IReadOnlyDictionary<string, string> names, string prefix, IReadOnlyList<string> guarded)
    {
        var nearest = names.Keys.Where(key => prefix.StartsWith(key, StringComparison.Ordinal)).MaxBy(static key => key.Length);
        return names.Where(claim =>
            (claim.Key == nearest || claim.Key.StartsWith(prefix, StringComparison.Ordinal)) && !guarded.Any(one => claim.Key.StartsWith(one, StringComparison.Ordinal)));
    }
}
