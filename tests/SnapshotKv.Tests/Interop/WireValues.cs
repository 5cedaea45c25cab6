using System.Buffers;
using System.Globalization;
using System.Text;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.Interop;

/// <summary>Makes MessagePack values of every kind and width, the edges more often than chance would.</summary>
internal sealed class WireValues(int seed)
{
    private const int DeepestTree = 5, DeepestNesting = 60, LongOneIn = 200, NestedOneIn = 10;

    private static readonly int[] LengthEdges = [0, 1, 31, 32, 79, 80, 81, 255, 256, 257];
    private static readonly int[] CountEdges = [0, 1, 3, 15, 16, 17];
    private static readonly int[] PayloadLengths = [0, 1, 2, 3, 4, 8, 15, 16, 17, 255, 256];
    private static readonly long[] Seconds = [0, 1, uint.MaxValue, 1L << 32, (1L << 34) - 1, 1L << 34, -1, -62135596800, 253402300799];

    private static readonly double[] Floats =
    [
        0, -0.0, 1.5, 0.1, double.Epsilon, double.MaxValue, double.PositiveInfinity, double.NegativeInfinity, double.NaN,
    ];

    private readonly Random _random = new(seed);
    private int _made;

    /// <summary>The next value.</summary>
    public object? Next()
    {
        _made++;
        return _made % LongOneIn == 0 ? Long() : _made % NestedOneIn == 0 ? Nested() : Tree(0);
    }

    /// <summary>A value's bytes, by the wire writer.</summary>
    public static byte[] Encode(object? value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        Write(ref writer, value);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ref MessagePackWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNil();
                break;
            case bool truth:
                writer.WriteBoolean(truth);
                break;
            case long number:
                writer.WriteInt64(number);
                break;
            case ulong number:
                writer.WriteUInt64(number);
                break;
            case float number:
                writer.WriteSingle(number);
                break;
            case double number:
                writer.WriteDouble(number);
                break;
            case string text:
                writer.WriteString(text.AsSpan());
                break;
            case WireString text:
                writer.WriteString(text.Bytes);
                break;
            case byte[] bytes:
                writer.WriteBinary(bytes);
                break;
            case MessagePackTimestamp time:
                writer.WriteTimestamp(time);
                break;
            case WireExtension extension:
                writer.WriteExtension(extension.Type, extension.Payload);
                break;
            case List<object?> items:
                writer.WriteArrayHead(items.Count);
                foreach (var item in items)
                {
                    Write(ref writer, item);
                }

                break;
            case WireMap map:
                writer.WriteMapHead(map.Pairs.Count);
                foreach (var (key, item) in map.Pairs)
                {
                    Write(ref writer, key);
                    Write(ref writer, item);
                }

                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "There is no form for it.");
        }
    }

    private object? Tree(int depth) => _random.Next(10) switch
    {
        < 6 => Scalar(),
        _ when depth >= DeepestTree => Scalar(),
        < 8 => Items(depth < 2 ? Pick(CountEdges) : _random.Next(4), () => Tree(depth + 1)),
        _ => Map(depth < 2 ? Pick(CountEdges) : _random.Next(4), () => Tree(depth + 1)),
    };

    private object? Nested()
    {
        var value = Scalar();
        for (var left = _random.Next(1, DeepestNesting); left > 0; left--)
        {
            var inner = value;
            value = _random.Next(2) == 0 ? Items(1, () => inner) : Map(1, () => inner);
        }

        return value;
    }

    private object Long()
    {
        var count = ushort.MaxValue + _random.Next(2);
        return _random.Next(5) switch
        {
            0 => new string('x', count),
            1 => Bytes(count),
            2 => Items(count, () => null),
            3 => new WireMap([.. Enumerable.Range(0, count).Select(i => ((object?)i.ToString(CultureInfo.InvariantCulture), (object?)(long)i))]),
            _ => new WireExtension(5, Bytes(count)),
        };
    }

    private object? Scalar() => _random.Next(13) switch
    {
        0 => _random.Next(3) switch { 0 => null, 1 => true, _ => false },
        1 or 2 => Integer(),
        3 => (ulong)_random.NextInt64() << _random.Next(64),
        4 => Pick(Floats),
        5 => BitConverter.Int64BitsToDouble(_random.NextInt64(long.MinValue, long.MaxValue)),
        6 => BitConverter.Int32BitsToSingle(_random.Next(int.MinValue, int.MaxValue)),
        7 or 8 => Text(),
        9 => Bytes(Length()),
        10 => Timestamp(),
        11 => new WireString(Bytes(Length())),
        _ => new WireExtension((sbyte)_random.Next(128), Bytes(Pick(PayloadLengths))),
    };

    // Around each power of two, below and above zero.
    private object Integer()
    {
        var edge = (long)(1UL << _random.Next(64));
        var value = unchecked((_random.Next(2) == 0 ? edge : -edge) + _random.Next(-1, 2));
        return value;
    }

    private MessagePackTimestamp Timestamp()
    {
        var seconds = _random.Next(2) == 0 ? Pick(Seconds) : _random.NextInt64(-(1L << 40), 1L << 40);
        return new(seconds, _random.Next(4) switch { 0 => 0, 1 => 100, 2 => 999_999_999, _ => (uint)_random.Next(1_000_000_000) });
    }

    private string Text()
    {
        string[] letters = ["a", "é", "語", "\ud83d\ude00", "\0", "\"", "\\"];
        var text = new StringBuilder();
        for (var left = Length(); left > 0; left--)
        {
            text.Append(letters[_random.Next(letters.Length)]);
        }

        return text.ToString();
    }

    private object Key() => _random.Next(10) switch { 0 => Integer(), 1 => Bytes(3), _ => Text() };

    private static List<object?> Items(int count, Func<object?> item) => [.. Enumerable.Range(0, count).Select(_ => item())];

    // Python has one pair for equal keys.
    private WireMap Map(int count, Func<object?> value) => new(
        [.. Enumerable.Range(0, count).Select(_ => (object?)Key()).DistinctBy(WireText.OfValue).Select(key => (key, value()))]);

    private int Length() => _random.Next(10) < 3 ? Pick(LengthEdges) : _random.Next(24);

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private T Pick<T>(T[] from) => from[_random.Next(from.Length)];
}
