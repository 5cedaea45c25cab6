using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>One member of a plain class, as its contract has it. This one reaches it by the contract's accessors, which box.</summary>
/// <typeparam name="TOwner">The class, or object where it is not known when this is compiled.</typeparam>
internal class ContractMember<TOwner>(JsonPropertyInfo property, byte[] encodedName, Formatter formatter, ulong requiredBit)
{
    /// <summary>The name as MessagePack, head and all: written by copying, and recognized by comparing.</summary>
    public byte[] EncodedName { get; } = encodedName;

    public string Name { get; } = property.Name;

    /// <summary>A bit of its own if the member must be there when an object is read, else 0.</summary>
    public ulong RequiredBit { get; } = requiredBit;

    public bool CanGet { get; } = property.Get is not null;

    public bool CanSet { get; } = property.Set is not null;

    public Func<object, object?, bool>? ShouldSerialize { get; } = property.ShouldSerialize;

    public object? GetValue(TOwner owner) => property.Get!(owner!);

    public void WriteValue(ref MessagePackWriter writer, object? value, int depth) => formatter.WriteObject(ref writer, value, depth);

    /// <summary>Writes the member's value, without its name.</summary>
    public virtual void Write(ref MessagePackWriter writer, TOwner owner, int depth) => formatter.WriteObject(ref writer, property.Get!(owner!), depth);

    /// <summary>Reads the member's value into its owner.</summary>
    public virtual void Read(ref MessagePackReader reader, TOwner owner, int depth) => property.Set!(owner!, formatter.ReadObject(ref reader, depth));
}
