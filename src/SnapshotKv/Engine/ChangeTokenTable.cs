using System.Runtime.InteropServices;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>The change tokens that have not changed yet, by their prefixes. A changed key finds them by one lookup for each length of prefix in use.</summary>
/// <remarks>Thread-safe by one lock. Tokens that nobody holds any more are forgotten, so one may be asked for each entry of a cache.</remarks>
internal sealed class ChangeTokenTable
{
    private const int FirstPruning = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<byte[], WeakReference<ChangeToken>> _tokens = new(KeyBytes.Comparer);
    private readonly SortedList<int, int> _lengths = [];
    private readonly HashSet<ChangeToken> _kept = [];
    private int _pruneAt = FirstPruning;
    private volatile bool _isEmpty = true;

    /// <summary>Whether there is no token.</summary>
    public bool IsEmpty => _isEmpty;

    /// <summary>How many tokens there are, those included that nobody holds any more.</summary>
    public int Count => _tokens.Count;

    /// <summary>The token of a prefix, which has not changed yet.</summary>
    public IChangeToken Get(byte[] prefix)
    {
        lock (_lock)
        {
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(_tokens, prefix, out var isThere);
            if (isThere && slot!.TryGetTarget(out var known))
            {
                return known;
            }

            var token = new ChangeToken(this, prefix);
            slot = new WeakReference<ChangeToken>(token);
            if (!isThere)
            {
                _lengths[prefix.Length] = _lengths.GetValueOrDefault(prefix.Length) + 1;
                _isEmpty = false;
                PruneWhenDue();
            }

            return token;
        }
    }

    /// <summary>Takes out the tokens that a change concerns.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="key">The key, or the prefix of a reset.</param>
    /// <param name="taken">Takes the tokens, each marked as changed.</param>
    public void Take(KvChangeKind kind, ReadOnlySpan<byte> key, Action<ChangeToken> taken)
    {
        lock (_lock)
        {
            // From the longest, since taking the last of a length takes the length out too.
            for (var i = _lengths.Count - 1; i >= 0; i--)
            {
                var length = _lengths.GetKeyAtIndex(i);
                if (length <= key.Length)
                {
                    TakeOne(key[..length], taken);
                }
            }

            if (kind == KvChangeKind.Reset)
            {
                foreach (var prefix in PrefixesUnder(key))
                {
                    TakeOne(prefix, taken);
                }
            }
        }
    }

    /// <summary>Forgets all tokens; they never change.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _tokens.Clear();
            _lengths.Clear();
            _kept.Clear();
            _isEmpty = true;
        }
    }

    /// <summary>A token has a callback, which keeps it until the callback is taken back.</summary>
    public void Keep(ChangeToken token)
    {
        lock (_lock)
        {
            if (token.CallbackCount++ == 0 && !token.HasChanged)
            {
                _kept.Add(token);
            }
        }
    }

    /// <summary>A callback of a token was taken back.</summary>
    public void Release(ChangeToken token)
    {
        lock (_lock)
        {
            if (--token.CallbackCount == 0)
            {
                _kept.Remove(token);
            }
        }
    }

    private void TakeOne(ReadOnlySpan<byte> prefix, Action<ChangeToken> taken)
    {
        if (!_tokens.GetAlternateLookup<ReadOnlySpan<byte>>().Remove(prefix, out _, out var reference))
        {
            return;
        }

        Uncount(prefix.Length);
        if (reference.TryGetTarget(out var token))
        {
            _kept.Remove(token);
            token.MarkChanged();
            taken(token);
        }
    }

    private void Uncount(int length)
    {
        if (--_lengths[length] == 0)
        {
            _lengths.Remove(length);
        }

        _isEmpty = _tokens.Count == 0;
    }

    private List<byte[]> PrefixesUnder(ReadOnlySpan<byte> prefix)
    {
        var under = new List<byte[]>();
        foreach (var other in _tokens.Keys)
        {
            if (other.AsSpan().StartsWith(prefix))
            {
                under.Add(other);
            }
        }

        return under;
    }

    private void PruneWhenDue()
    {
        if (_tokens.Count < _pruneAt)
        {
            return;
        }

        foreach (var (prefix, reference) in _tokens)
        {
            if (!reference.TryGetTarget(out _))
            {
                _tokens.Remove(prefix);
                Uncount(prefix.Length);
            }
        }

        _pruneAt = Math.Max(FirstPruning, _tokens.Count * 2);
    }
}
