using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Plain classes and structs, as a map from the members' names. Unknown names are passed over, missing ones left as created.</summary>
/// <typeparam name="T">The class, or object where it is not known when this is compiled; structs are always boxed.</typeparam>
internal sealed class ContractObjectFormatter<T>(JsonTypeInfo contract, FormatterCatalog catalog) : TypedFormatter<T>
{
    private readonly bool _canBeNull = !contract.Type.IsValueType;

    public JsonTypeInfo Contract => contract;

    // On first use: a type may contain itself.
    private ContractMembers<T> Members => field ??= new(contract, catalog);

    public override void Write(ref MessagePackWriter writer, T? value, int depth)
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
            member.Write(ref writer, value, depth + 1);
        }
    }

    public override T? Read(ref MessagePackReader reader, int depth)
    {
        if (_canBeNull && reader.TryReadNil())
        {
            return default;
        }

        var start = reader.Offset;
        var count = Containers.ReadMapHead(ref reader, contract.Type, depth);
        var members = Members;
        var value = (T)contract.CreateObject!();
        var next = 0;
        var missing = members.Required;
        for (; count > 0; count--)
        {
            var member = members.ReadName(ref reader, ref next);
            if (member is { CanSet: true })
            {
                member.Read(ref reader, value, depth + 1);
                missing &= ~member.RequiredBit;
            }
            else
            {
                reader.Skip();
            }
        }

        return missing == 0 ? value : throw members.Missing(missing, start);
    }

    private static void WriteConditional(ref MessagePackWriter writer, T value, ContractMember<T>[] members, int depth)
    {
        // Each getter runs once, as a caller of one would expect.
        var values = new object?[members.Length];
        var written = new bool[members.Length];
        var count = 0;
        for (var i = 0; i < members.Length; i++)
        {
            values[i] = members[i].GetValue(value);
            written[i] = members[i].ShouldSerialize?.Invoke(value!, values[i]) ?? true;
            count += written[i] ? 1 : 0;
        }

        writer.WriteMapHead(count);
        for (var i = 0; i < members.Length; i++)
        {
            if (written[i])
            {
                writer.WriteRaw(members[i].EncodedName);
                members[i].WriteValue(ref writer, values[i], depth + 1);
            }
        }
    }
}
