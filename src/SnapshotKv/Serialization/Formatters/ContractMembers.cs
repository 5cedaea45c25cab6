using System.Buffers;
using System.Numerics;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>The members of a plain class: which are written, and how names that are read find theirs.</summary>
internal sealed class ContractMembers
{
    /// <summary>As many as have a bit each; a class with more goes by JSON.</summary>
    public const int MostRequired = 64;

    private readonly Type _type;
    private readonly ContractMember[] _all;
    private readonly Dictionary<string, ContractMember> _byName;

    public ContractMembers(JsonTypeInfo contract, FormatterCatalog catalog)
    {
        _type = contract.Type;
        var comparer = contract.Options.PropertyNameCaseInsensitive ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        _byName = new(contract.Properties.Count, comparer);
        var all = new List<ContractMember>(contract.Properties.Count);
        foreach (var property in contract.Properties)
        {
            // A member that is neither written nor read needs no formatter: its type may have none.
            var formatter = property.Get is null && property.Set is null ? catalog.Untyped : catalog.Get(property.PropertyType);
            var requiredBit = property.IsRequired ? 1UL << BitOperations.PopCount(Required) : 0;
            Required |= requiredBit;
            var member = new ContractMember(property, Encode(property.Name), formatter, requiredBit);
            _byName.TryAdd(member.Name, member);
            all.Add(member);
        }

        _all = [.. all];
        Written = [.. all.Where(member => member.Get is not null)];
        SomeAreConditional = Written.Any(member => member.ShouldSerialize is not null);
    }

    /// <summary>The members that have a value to write, in the contract's order.</summary>
    public ContractMember[] Written { get; }

    /// <summary>Whether what is written depends on the values.</summary>
    public bool SomeAreConditional { get; }

    /// <summary>The bits of all members that must be there.</summary>
    public ulong Required { get; }

    /// <summary>Reads a name; null when no member has it.</summary>
    /// <param name="reader">Stands on the name, and then on its value.</param>
    /// <param name="next">The member that is expected, since names mostly come in the order in which they were written.</param>
    public ContractMember? ReadName(ref MessagePackReader reader, ref int next)
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

    private static byte[] Encode(string name)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        ValueErrors.WriteText(ref writer, name);
        writer.Flush();
        return buffer.WrittenSpan.ToArray();
    }
}
