using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class ListFormatter<T>(TypedFormatter<T> element) : TypedFormatter<List<T?>>
{
    public override void Write(ref MessagePackWriter writer, List<T?>? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        ValueErrors.ThrowIfTooDeep(depth);
        writer.WriteArrayHead(value.Count);
        foreach (var item in value)
        {
            element.Write(ref writer, item, depth + 1);
        }
    }

    public override List<T?>? Read(ref MessagePackReader reader, int depth)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var count = Containers.ReadArrayHead(ref reader, typeof(List<T>), depth);
        var list = new List<T?>(Math.Min(count, Containers.TrustedCount));
        ReadItems(ref reader, element, list, count, depth);
        return list;
    }

    internal static void ReadItems(ref MessagePackReader reader, TypedFormatter<T> element, List<T?> list, int count, int depth)
    {
        for (; count > 0; count--)
        {
            list.Add(element.Read(ref reader, depth + 1));
        }
    }
}
