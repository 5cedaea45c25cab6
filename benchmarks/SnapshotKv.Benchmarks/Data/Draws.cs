using SnapshotKv.Benchmarks.Harness;

namespace SnapshotKv.Benchmarks.Data;

/// <summary>Draws the keys that threads ask for. They are other string instances than the stored ones, as in a program that makes its keys up each time.</summary>
internal sealed class Draws
{
    private const int Length = 1 << 20;
    private const double Theta = 0.99;

    private readonly string[] _keys;
    private readonly int[] _order;

    public Draws(EntrySet entries)
    {
        _keys = Array.ConvertAll(entries.Keys, static key => new string(key.AsSpan()));
        _order = entries.ShuffledOrder();
    }

    /// <summary>One stream for each thread.</summary>
    public IReadOnlyList<KeyStream> Streams(Popularity popularity, int threads) =>
        [.. Enumerable.Range(1, threads).Select(thread => new KeyStream(Draw(popularity, new Random(thread))))];

    private string[] Draw(Popularity popularity, Random random)
    {
        var drawn = new string[Length];
        if (popularity == Popularity.Uniform)
        {
            for (var i = 0; i < Length; i++)
            {
                drawn[i] = _keys[random.Next(_keys.Length)];
            }

            return drawn;
        }

        var total = 0.0;
        for (var rank = 1; rank <= _keys.Length; rank++)
        {
            total += Math.Pow(rank, -Theta);
        }

        var second = 1 + Math.Pow(0.5, Theta);
        var eta = (1 - Math.Pow(2.0 / _keys.Length, 1 - Theta)) / (1 - (second / total));
        for (var i = 0; i < Length; i++)
        {
            var u = random.NextDouble();
            var rank = u * total < 1 ? 0
                : u * total < second ? 1
                : (int)(_keys.Length * Math.Pow((eta * u) - eta + 1, 1 / (1 - Theta)));
            drawn[i] = _keys[_order[Math.Min(rank, _keys.Length - 1)]];
        }

        return drawn;
    }
}
