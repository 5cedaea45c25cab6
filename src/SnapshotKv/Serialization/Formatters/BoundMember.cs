using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>A member reached by its own accessors, without boxing.</summary>
internal sealed class BoundMember<TOwner, TValue>(
    JsonPropertyInfo contract,
    PropertyInfo property,
    byte[] encodedName,
    TypedFormatter<TValue> formatter,
    ulong requiredBit) : ContractMember<TOwner>(contract, encodedName, formatter, requiredBit)
{
    private readonly Func<TOwner, TValue>? _get = contract.Get is null ? null : property.GetMethod!.CreateDelegate<Func<TOwner, TValue>>();
    private readonly Action<TOwner, TValue?>? _set = contract.Set is null ? null : property.SetMethod!.CreateDelegate<Action<TOwner, TValue?>>();

    public override void Write(ref MessagePackWriter writer, TOwner owner, int depth) => formatter.Write(ref writer, _get!(owner), depth);

    public override void Read(ref MessagePackReader reader, TOwner owner, int depth) => _set!(owner, formatter.Read(ref reader, depth));
}
