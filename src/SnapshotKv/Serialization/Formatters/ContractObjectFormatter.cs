using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Plain classes and structs, as a map from the members' names. Unknown names are passed over, missing ones left as created.</summary>
internal sealed class ContractObjectFormatter(JsonTypeInfo contract, FormatterCatalog catalog) : Formatter
{
    // On first use: a type may contain itself.
    private ContractMembers Members => field ??= new(contract, catalog);

    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        ValueErrors.ThrowIfTooDeep(depth);
        var members = Members;
        if (members.SomeAreConditional)
        {
            WriteConditional(ref writer, value, members.Written, depth);
            return;
        }

        writer.WriteMapHead(members.Written.Length);
        foreach (var member in members.Written)
        {
            writer.WriteRaw(member.EncodedName);
            member.Formatter.WriteObject(ref writer, member.Get!(value), depth + 1);
        }
    }

    public override object? ReadObject(ref MessagePackReader reader, int depth)
    {
        if (!contract.Type.IsValueType && reader.TryReadNil())
        {
            return null;
        }

        var start = reader.Offset;
        var count = Containers.ReadMapHead(ref reader, contract.Type, depth);
        var members = Members;
        var value = contract.CreateObject!();
        var next = 0;
        var missing = members.Required;
        for (; count > 0; count--)
        {
            var member = members.ReadName(ref reader, ref next);
            if (member?.Set is null)
            {
                reader.Skip();
                continue;
            }

            member.Set(value, member.Formatter.ReadObject(ref reader, depth + 1));
            missing &= ~member.RequiredBit;
        }

        return missing == 0 ? value : throw members.Missing(missing, start);
    }

    private static void WriteConditional(ref MessagePackWriter writer, object value, ContractMember[] members, int depth)
    {
        // Each getter runs once, as a caller of one would expect.
        var values = new object?[members.Length];
        var written = new bool[members.Length];
        var count = 0;
        for (var i = 0; i < members.Length; i++)
        {
            values[i] = members[i].Get!(value);
            written[i] = members[i].ShouldSerialize?.Invoke(value, values[i]) ?? true;
            count += written[i] ? 1 : 0;
        }

        writer.WriteMapHead(count);
        for (var i = 0; i < members.Length; i++)
        {
            if (written[i])
            {
                writer.WriteRaw(members[i].EncodedName);
                members[i].Formatter.WriteObject(ref writer, values[i], depth + 1);
            }
        }
    }
}
