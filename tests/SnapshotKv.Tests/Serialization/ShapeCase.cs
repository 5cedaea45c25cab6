using System.Buffers;
using SnapshotKv.Serialization;

namespace SnapshotKv.Tests.Serialization;

/// <summary>One case of the table of supported shapes: a value of a declared type, and what it becomes.</summary>
/// <param name="name">The shape as the table calls it, and behind a colon what is special about this case.</param>
public abstract class ShapeCase(string name)
{
    /// <summary>The shape as the table calls it.</summary>
    public string Shape { get; } = name.Split(": ")[0];

    public static ShapeCase Of<T>(string name, T value, object? expected = null) => new Typed<T>(name, value, expected ?? value, static actual => actual);

    /// <summary>A value of which only something is kept.</summary>
    public static ShapeCase Of<T>(string name, T value, Func<T, object?> kept) => new Typed<T>(name, value, kept(value), actual => kept(actual!));

    internal abstract byte[] Serialize(StoreSerializer serializer);

    internal abstract (string Expected, string Actual) RoundTrip(Func<KvFormat, StoreSerializer> create, KvFormat format);

    public override string ToString() => name;

    private sealed class Typed<T>(string name, T value, object? expected, Func<T?, object?> kept) : ShapeCase(name)
    {
        internal override byte[] Serialize(StoreSerializer serializer)
        {
            var buffer = new ArrayBufferWriter<byte>();
            serializer.Serialize(value, buffer);
            return buffer.WrittenSpan.ToArray();
        }

        // Another instance reads: nothing may live in the serializer.
        internal override (string Expected, string Actual) RoundTrip(Func<KvFormat, StoreSerializer> create, KvFormat format) =>
            (ShapeText.Of(expected), ShapeText.Of(kept(create(format).Deserialize<T>(Serialize(create(format)).AsSpan()))));
    }
}
