using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>One member of a plain class, as its contract has it.</summary>
internal sealed class ContractMember(JsonPropertyInfo property, byte[] encodedName, Formatter formatter, ulong requiredBit)
{
    /// <summary>The name as MessagePack, head and all: written by copying, and recognized by comparing.</summary>
    public byte[] EncodedName { get; } = encodedName;

    public string Name { get; } = property.Name;

    public Formatter Formatter { get; } = formatter;

    /// <summary>A bit of its own if the member must be there when an object is read, else 0.</summary>
    public ulong RequiredBit { get; } = requiredBit;

    public Func<object, object?>? Get { get; } = property.Get;

    public Action<object, object?>? Set { get; } = property.Set;

    public Func<object, object?, bool>? ShouldSerialize { get; } = property.ShouldSerialize;
}
