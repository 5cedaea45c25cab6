using System.Buffers;

namespace SnapshotKv.Tests.Serialization;

/// <summary>One row of the table of supported shapes: a value of a declared type, and what it becomes.</summary>
public abstract class ShapeCase(string name)
{
    public static ShapeCase Of<T>(string name, T value, object? expected = null) => new Typed<T>(name, value, expected ?? value);

    internal abstract (string Expected, string Actual) RoundTrip(Func<KvFormat, SnapshotKv.Serialization.StoreSerializer> create, KvFormat format);

    public override string ToString() => name;

    private sealed class Typed<T>(string name, T value, object? expected) : ShapeCase(name)
    {
        internal override (string Expected, string Actual) RoundTrip(
            Func<KvFormat, SnapshotKv.Serialization.StoreSerializer> create,
            KvFormat format)
        {
            var buffer = new ArrayBufferWriter<byte>();
            create(format).Serialize(value, buffer);

            // Another instance: nothing may live in the serializer.
            return (ShapeText.Of(expected), ShapeText.Of(create(format).Deserialize<T>(buffer.WrittenSpan)));
        }
    }
}
