using System.Globalization;
using System.Text;

namespace SnapshotKv.Benchmarks.Data;

/// <summary>
/// Entries to measure with: keys of 20 characters, values of JSON-like text that gzip takes to two fifths. The same for the same number, so that runs
/// compare.
/// </summary>
internal sealed class EntrySet
{
    public const int KeyLength = 20, ValueLength = 100;

    private readonly int _valueLength;

    /// <param name="count">How many, at most ten million in all.</param>
    /// <param name="valueLength">Each value's length in bytes.</param>
    /// <param name="first">The number of the first entry.</param>
    public EntrySet(int count, int valueLength = ValueLength, int first = 0)
    {
        _valueLength = valueLength;
        Keys = new string[count];
        for (var i = 0; i < count; i++)
        {
            Keys[i] = KeyOf(first + i);
        }
    }

    /// <summary>The keys, in the order of their bytes.</summary>
    public string[] Keys { get; }

    public int Count => Keys.Length;

    /// <summary>The key of a number below ten million: <c>user:0012345:9e3779b</c>. A prefix of it selects 10, 100, 1,000 and so on neighbours.</summary>
    public static string KeyOf(int number) =>
        string.Create(CultureInfo.InvariantCulture, $"user:{number:D7}:{Mix(number) & 0xfffffff:x7}");

    /// <summary>The value of an entry, a fresh array.</summary>
    public byte[] ValueOf(int number) => ValueOf(number, _valueLength);

    /// <summary>The value of a number's entry, a fresh array.</summary>
    public static byte[] ValueOf(int number, int length)
    {
        var text = new StringBuilder(length + 100);
        for (var part = 0; text.Length < length; part++)
        {
            var bits = Mix(number + (part * 7919));
            text.Append(CultureInfo.InvariantCulture, $"{{\"id\":{bits % 10_000_000},\"name\":\"{bits >> 40:x6}\",\"active\":{(bits % 2 == 0 ? "true" : "false")},\"score\":{bits % 1000}.{bits % 97},\"tags\":[\"a{bits % 31}\",\"b{bits % 7}\"]}}");
        }

        return Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    /// <summary>Numbers below the set's size, in an order that has nothing to do with that of the keys.</summary>
    public int[] ShuffledOrder()
    {
        var order = Enumerable.Range(0, Count).ToArray();
        new Random(7).Shuffle(order);
        return order;
    }

    private static ulong Mix(int number)
    {
        var bits = (ulong)(uint)number * 0x9e3779b97f4a7c15;
        bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
        return bits ^ (bits >> 27);
    }
}
