using System.Buffers;
using System.Numerics;
using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>The members of a plain class: which are written, and how names that are read find theirs.</summary>
/// <typeparam name="T">The class, or object where it is not known when this is compiled.</typeparam>
internal sealed class ContractMembers<T>
{
    private readonly Type _type;
    private readonly ContractMember<T>[] _all;
    private readonly Dictionary<string, ContractMember<T>> _byName;

    public ContractMembers(JsonTypeInfo contract, FormatterCatalog catalog)
    {
        _type = contract.Type;
        var comparer = contract.Options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        _byName = new(contract.Properties.Count, comparer);
        var all = new List<ContractMember<T>>(contract.Properties.Count);
        foreach (var property in contract.Properties)
        {
            // A member that is neither written nor read needs no formatter: its type may have none.
            var formatter = property.Get is null && property.Set is null ? catalog.Untyped : catalog.Get(property.PropertyType);
            var requiredBit = property.IsRequired ? 1UL << BitOperations.PopCount(Required) : 0;
            Required |= requiredBit;
            var member = Create(property, formatter, requiredBit, catalog.Contracts.MembersAreAsDeclared);
            _byName.TryAdd(member.Name, member);
            all.Add(member);
        }

        _all = [.. all];
        Written = [.. all.Where(member => member.CanGet)];
        SomeAreConditional = Written.Any(member => member.ShouldSerialize is not null);
    }

    /// <summary>The members that have a value to write, in the contract's order.</summary>
    public ContractMember<T>[] Written { get; }

    /// <summary>Whether what is written depends on the values.</summary>
    public bool SomeAreConditional { get; }

    /// <summary>The bits of all members that must be there.</summary>
    public ulong Required { get; }

    /// <summary>Reads a name; null when no member has it.</summary>
    /// <param name="reader">Stands on the name, and then on its value.</param>
    /// <param name="next">The member that is expected, since names mostly come in the order in which they were written.</param>
    public ContractMember<T>? ReadName(ref MessagePackReader reader, ref int next)
    {
        if (next < _all.Length && reader.TryReadRaw(_all[next].EncodedName))
        {
            return _all[next++];
        }

        if (!_byName.TryGetValue(ValueErrors.ReadKey(ref reader), out var member))
        {
            return null;
        }

        next = Array.IndexOf(_all, member) + 1;
        return member;
    }

    /// <summary>The exception for members that must be there and are not.</summary>
    public MessagePackFormatException Missing(ulong bits, int offset)
    {
        var names = string.Join(", ", _all.Where(member => (member.RequiredBit & bits) != 0).Select(member => $"'{member.Name}'"));
        return new($"The value lacks {names}, which {TypeNames.Describe(_type)} requires", offset);
    }

    private static ContractMember<T> Create(JsonPropertyInfo property, Formatter formatter, ulong requiredBit, bool isAsDeclared)
    {
        var name = Encode(property.Name);
        var canBind = isAsDeclared
            && typeof(T) != typeof(object)
            && property.AttributeProvider is PropertyInfo declared
            && (property.Get is null || declared.GetMethod is not null)
            && (property.Set is null || declared.SetMethod is not null);
        return (canBind ? formatter.Bind<T>(property, (PropertyInfo)property.AttributeProvider!, name, requiredBit) : null)
            ?? new ContractMember<T>(property, name, formatter, requiredBit);
    }

    private static byte[] Encode(string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        ValueErrors.WriteText(ref writer, name);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
