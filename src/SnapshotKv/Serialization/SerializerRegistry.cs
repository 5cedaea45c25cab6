using System.Collections.Concurrent;
using SnapshotKv.Engine;

namespace SnapshotKv.Serialization;

/// <summary>
/// Which serializer wrote the typed values under which prefix, by name. Serializers do not understand each other's bytes, and some take them for
/// values of their own; so the first that writes under a prefix claims it, and another is refused there.
/// </summary>
/// <remarks>
/// <para>
/// Thread-safe. Values of plain bytes belong to nobody and are not looked at. MessagePack and JSON of the store's own count as one serializer,
/// since a directory's values are converted when its format changes.
/// </para>
/// <para>A claim comes before the commit of the value it is for, and is given up after the commit of the removal: the names as they are between two commits cover what there is then.</para>
/// </remarks>
internal sealed partial class SerializerRegistry : IFollowedClaims
{
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);
    private readonly Lock _claiming = new();
    private int _generation;

    /// <summary>
    /// Carries out each change, which it is given, together with telling the journal: that a prefix is claimed, or, with a null in place of the name, that the claims on it and all
    /// under it are given up. Null where there is no journal.
    /// </summary>
    public Action<string, string?, Action>? Changing { get; set; }

    /// <summary>Changes whenever a claim does: what was found permitted stays so while this stays the same.</summary>
    public int Generation => Volatile.Read(ref _generation);

    /// <summary>The names as they are now, by prefix in the order of its UTF-16 code units, for a snapshot.</summary>
    public IReadOnlyDictionary<string, string> ToDictionary() => new SortedDictionary<string, string>(_names, StringComparer.Ordinal);

    /// <summary>Takes the names that a snapshot holds in place of those known so far.</summary>
    public void Load(IReadOnlyDictionary<string, string> names)
    {
        // One by one and never empty: a follower takes them anew while others read.
        Widen(names);
        foreach (var prefix in _names.Keys.Where(prefix => !names.ContainsKey(prefix)).ToList())
        {
            _names.TryRemove(prefix, out _);
        }

        Interlocked.Increment(ref _generation);
    }

    /// <inheritdoc/>
    public void Widen(IReadOnlyDictionary<string, string> names)
    {
        foreach (var (prefix, name) in names)
        {
            _names[prefix] = name;
        }

        Interlocked.Increment(ref _generation);
    }

    /// <inheritdoc/>
    public void Follow(string prefix, string? name)
    {
        lock (_claiming)
        {
            if (name is not null)
            {
                _names.TryAdd(prefix, name);
            }
            else
            {
                foreach (var claimed in _names.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
                {
                    _names.TryRemove(claimed, out _);
                }
            }
        }

        Interlocked.Increment(ref _generation);
    }

    /// <summary>Gives up the claims on a prefix and on all that lies under it, when nothing is left there.</summary>
    public void Forget(string prefix)
    {
        lock (_claiming)
        {
            var claimed = _names.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
            if (claimed.Count > 0)
            {
                Change(prefix, null, () => claimed.ForEach(key => _names.TryRemove(key, out _)));
                Interlocked.Increment(ref _generation);
            }
        }
    }

    /// <summary>Refuses a serializer where another has written.</summary>
    /// <param name="prefix">The prefix of the keys that are to be used.</param>
    /// <param name="owner">The prefix for which the serializer was set: <paramref name="prefix"/> or the beginning of it.</param>
    /// <param name="name">The serializer.</param>
    /// <exception cref="KvSerializationException">The values there are another's; the message names prefix and both, and what to do.</exception>
    public void Check(string prefix, string owner, string name)
    {
        string? claimed = null;
        string? claimant = null;
        foreach (var (candidate, candidateName) in _names)
        {
            // The nearest claim counts; those further up than where the serializer was set are what it replaces.
            if (candidate.Length >= owner.Length
                && prefix.StartsWith(candidate, StringComparison.Ordinal)
                && (claimed is null || candidate.Length > claimed.Length))
            {
                (claimed, claimant) = (candidate, candidateName);
            }
        }

        if (claimed is not null && !IsSame(claimant!, name))
        {
            throw Refused(claimed, claimant!, name);
        }
    }

    /// <summary>Notes that a serializer writes under the prefix for which it was set.</summary>
    /// <exception cref="KvSerializationException">Another has been faster.</exception>
    public void Claim(string owner, string name)
    {
        if (TryAdd(owner, name, isAdopted: false))
        {
            Interlocked.Increment(ref _generation);
        }
        else if (_names.TryGetValue(owner, out var claimant) && !IsSame(claimant, name))
        {
            throw Refused(owner, claimant, name);
        }
    }

    /// <summary>One at a time, so that nobody finds the prefix claimed before the journal knows it.</summary>
    private bool TryAdd(string owner, string name, bool isAdopted)
    {
        lock (_claiming)
        {
            if (_names.TryGetValue(owner, out var claimant))
            {
                // Whoever writes there relies on it from now on, whatever becomes of the restore that brought it.
                if (IsSame(claimant, name))
                {
                    _adopted.Remove(owner);
                }

                return false;
            }

            Change(owner, name, () => _names[owner] = name);
            if (isAdopted)
            {
                _adopted.Add(owner);
            }

            return true;
        }
    }

    private void Change(string prefix, string? name, Action change)
    {
        if (Changing is { } changing)
        {
            changing(prefix, name, change);
        }
        else
        {
            change();
        }
    }

    private static bool IsSame(string one, string other) => one == other || (KvSerializers.IsNative(one) && KvSerializers.IsNative(other));

    private static KvSerializationException Refused(string prefix, string claimant, string name)
    {
        var where = prefix.Length == 0 ? "this store" : $"the partition '{prefix}'";
        return new(
            $"The typed values of {where} were written by the serializer '{claimant}', and '{name}' is set: use '{claimant}' there, give '{name}' a "
            + "partition of its own and write the values anew into it, or clear the old ones first. Operations on plain bytes are free.");
    }
}
