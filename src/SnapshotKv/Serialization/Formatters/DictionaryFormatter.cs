using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Dictionaries with text as keys. Of a key that occurs twice the last value counts, as in Go and in JSON.</summary>
internal sealed class DictionaryFormatter<T>(TypedFormatter<T> element) : TypedFormatter<Dictionary<string, T?>>
{
    public override void Write(ref MessagePackWriter writer, Dictionary<string, T?>? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        ValueErrors.ThrowIfTooDeep(depth);
        writer.WriteMapHead(value.Count);
        foreach (var (key, item) in value)
        {
            ValueErrors.WriteText(ref writer, key);
            element.Write(ref writer, item, depth + 1);
        }
    }

    public override Dictionary<string, T?>? Read(ref MessagePackReader reader, int depth)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var count = Containers.ReadMapHead(ref reader, typeof(Dictionary<string, T>), depth);
        var map = new Dictionary<string, T?>(Math.Min(count, Containers.TrustedCount), StringComparer.Ordinal);
        for (; count > 0; count--)
        {
            var key = ValueErrors.ReadKey(ref reader);
            map[key] = element.Read(ref reader, depth + 1);
        }

        return map;
    }
}
