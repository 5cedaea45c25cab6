using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class ArrayFormatter<T>(TypedFormatter<T> element) : TypedFormatter<T?[]>
{
    public override void Write(ref MessagePackWriter writer, T?[]? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        ValueErrors.ThrowIfTooDeep(depth);
        writer.WriteArrayHead(value.Length);
        foreach (var item in value)
        {
            element.Write(ref writer, item, depth + 1);
        }
    }

    public override T?[]? Read(ref MessagePackReader reader, int depth)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var count = Containers.ReadArrayHead(ref reader, typeof(T[]), depth);
        if (count > Containers.TrustedCount)
        {
            // A declared count may be all there is: grow with what is really read.
            var list = new List<T?>(Containers.TrustedCount);
            ListFormatter<T>.ReadItems(ref reader, element, list, count, depth);
            return [.. list];
        }

        var array = count == 0 ? [] : new T?[count];
        for (var i = 0; i < array.Length; i++)
        {
            array[i] = element.Read(ref reader, depth + 1);
        }

        return array;
    }
}
