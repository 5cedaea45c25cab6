using System.Collections;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Dictionaries from text to types that are not known beforehand.</summary>
internal sealed class ContractDictionaryFormatter(JsonTypeInfo contract, FormatterCatalog catalog) : Formatter
{
    // On first use: a type may contain itself.
    private Formatter Element => field ??= catalog.Get(contract.ElementType!);

    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        ValueErrors.ThrowIfTooDeep(depth);
        var map = (IDictionary)value;
        var element = Element;
        writer.WriteMapHead(map.Count);
        foreach (DictionaryEntry entry in map)
        {
            ValueErrors.WriteText(ref writer, (string)entry.Key);
            element.WriteObject(ref writer, entry.Value, depth + 1);
        }
    }

    public override object? ReadObject(ref MessagePackReader reader, int depth)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var element = Element;
        var count = Containers.ReadMapHead(ref reader, contract.Type, depth);
        var map = (IDictionary)contract.CreateObject!();
        for (; count > 0; count--)
        {
            var key = ValueErrors.ReadKey(ref reader);
            map[key] = element.ReadObject(ref reader, depth + 1);
        }

        return map;
    }
}
