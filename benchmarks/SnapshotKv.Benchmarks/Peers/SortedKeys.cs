using System.Text;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>The least that a prefix query can cost: all keys as UTF-8 in one sorted array, never changed.</summary>
internal sealed class SortedKeys
{
    private readonly byte[][] _keys;

    public SortedKeys(IEnumerable<string> keys)
    {
        _keys = [.. keys.Select(Encoding.UTF8.GetBytes)];
        new Random(7).Shuffle(_keys);
        Array.Sort(_keys, static (left, right) => left.AsSpan().SequenceCompareTo(right));
    }

    public IEnumerable<string> StartingWith(string prefix)
    {
        var bytes = Encoding.UTF8.GetBytes(prefix);
        for (var i = FirstFrom(bytes); i < _keys.Length && _keys[i].AsSpan().StartsWith(bytes); i++)
        {
            yield return Encoding.UTF8.GetString(_keys[i]);
        }
    }

    private int FirstFrom(byte[] bytes)
    {
        var low = 0;
        for (var high = _keys.Length; low < high;)
        {
            var middle = (low + high) >>> 1;
            if (_keys[middle].AsSpan().SequenceCompareTo(bytes) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
