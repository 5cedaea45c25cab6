using System.Collections;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Arrays and lists of types that are not known beforehand.</summary>
internal sealed class ContractListFormatter(JsonTypeInfo contract, FormatterCatalog catalog) : Formatter
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
        var list = (IList)value;
        var element = Element;
        writer.WriteArrayHead(list.Count);
        for (var i = 0; i < list.Count; i++)
        {
            element.WriteObject(ref writer, list[i], depth + 1);
        }
    }

    public override object? ReadObject(ref MessagePackReader reader, int depth)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        var count = Containers.ReadArrayHead(ref reader, contract.Type, depth);
        var element = Element;
        var list = contract.Type.IsArray ? new List<object?>(Math.Min(count, Containers.TrustedCount)) : (IList)contract.CreateObject!();
        for (; count > 0; count--)
        {
            list.Add(element.ReadObject(ref reader, depth + 1));
        }

        return contract.Type.IsArray ? ToArray(list) : list;
    }

    private Array ToArray(IList items)
    {
        var array = Array.CreateInstanceFromArrayType(contract.Type, items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            array.SetValue(items[i], i);
        }

        return array;
    }
}
