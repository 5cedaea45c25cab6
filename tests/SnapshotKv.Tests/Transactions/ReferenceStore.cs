namespace SnapshotKv.Tests.Transactions;

/// <summary>The simplest store with serializable transactions: a copy at the start, a check of what was touched at the end. Gets it wrong on request.</summary>
internal sealed class ReferenceStore(ReferenceFaults faults = ReferenceFaults.None) : ITransactionalStore
{
    private readonly SortedDictionary<string, int> _committed = new(StringComparer.Ordinal);
    private readonly List<string> _changed = [];
    private readonly List<Transaction> _open = [];

    public IOpenTransaction Begin()
    {
        var transaction = new Transaction(this);
        _open.Add(transaction);
        return transaction;
    }

    public void Set(string key, int value)
    {
        _committed[key] = value;
        NoteDirectWrite(key);
    }

    public void Remove(string key)
    {
        _committed.Remove(key);
        NoteDirectWrite(key);
    }

    public IReadOnlyList<KeyValuePair<string, int>> Contents() => [.. _committed];

    public void Dispose()
    {
    }

    private void NoteDirectWrite(string key)
    {
        if (!Has(ReferenceFaults.IgnoresDirectWrites))
        {
            _changed.Add(key);
        }
    }

    private bool Has(ReferenceFaults fault) => (faults & fault) != 0;

    private void Apply(IEnumerable<KeyValuePair<string, int?>> writes)
    {
        foreach (var (key, value) in writes)
        {
            _changed.Add(key);
            if (value is { } set)
            {
                _committed[key] = set;
            }
            else
            {
                _committed.Remove(key);
            }
        }
    }

    private sealed class Transaction(ReferenceStore store) : IOpenTransaction
    {
        private readonly SortedDictionary<string, int> _start = new(store._committed, StringComparer.Ordinal);
        private readonly int _startedAt = store._changed.Count;
        private readonly Dictionary<string, int?> _writes = new(StringComparer.Ordinal);
        private readonly HashSet<string> _found = new(StringComparer.Ordinal);
        private readonly HashSet<string> _absent = new(StringComparer.Ordinal);
        private readonly HashSet<string> _prefixes = new(StringComparer.Ordinal);

        public int? Get(string key)
        {
            var state = State();
            var exists = state.TryGetValue(key, out var value);
            (exists ? _found : _absent).Add(key);
            return exists ? value : null;
        }

        public void Set(string key, int value) => _writes[key] = value;

        public bool Remove(string key)
        {
            var existed = Get(key) is not null;
            _writes[key] = null;
            return existed;
        }

        public IReadOnlyList<KeyValuePair<string, int>> Scan(string prefix)
        {
            KeyValuePair<string, int>[] hits = [.. State().Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal))];
            _prefixes.Add(prefix);
            _found.UnionWith(hits.Select(item => item.Key));
            return hits;
        }

        public long Count(string prefix) => Scan(prefix).Count;

        public void Commit()
        {
            store._open.Remove(this);
            if (store._changed.Skip(_startedAt).FirstOrDefault(IsConflict) is { } key)
            {
                if (store.Has(ReferenceFaults.KeepsConflict))
                {
                    store.Apply(_writes);
                }

                throw new KvConflictException(key, "Changed since the start.");
            }

            store.Apply(store.Has(ReferenceFaults.TornCommit) ? _writes.Take(1) : _writes);
            _writes.Clear();
        }

        public void Dispose()
        {
            if (store._open.Remove(this) && store.Has(ReferenceFaults.KeepsRollback))
            {
                store.Apply(_writes);
            }
        }

        private bool IsConflict(string changed)
        {
            if (store.Has(ReferenceFaults.NoCheck))
            {
                return false;
            }

            if (store.Has(ReferenceFaults.NeedlessConflicts) || _writes.ContainsKey(changed))
            {
                return true;
            }

            return !store.Has(ReferenceFaults.NoReadCheck)
                && (_found.Contains(changed)
                    || (_absent.Contains(changed) && !store.Has(ReferenceFaults.NoAbsentCheck))
                    || (_prefixes.Any(prefix => changed.StartsWith(prefix, StringComparison.Ordinal)) && !store.Has(ReferenceFaults.NoPrefixCheck)));
        }

        private SortedDictionary<string, int> State()
        {
            var state = new SortedDictionary<string, int>(store.Has(ReferenceFaults.ReadsCommitted) ? store._committed : _start, StringComparer.Ordinal);
            if (store.Has(ReferenceFaults.DirtyReads))
            {
                store._open.ForEach(open => Overlay(state, open._writes));
            }

            if (!store.Has(ReferenceFaults.BlindToOwnWrites))
            {
                Overlay(state, _writes);
            }

            return state;
        }

        private static void Overlay(SortedDictionary<string, int> state, Dictionary<string, int?> writes)
        {
            foreach (var (key, value) in writes)
            {
                if (value is { } set)
                {
                    state[key] = set;
                }
                else
                {
                    state.Remove(key);
                }
            }
        }
    }
}
