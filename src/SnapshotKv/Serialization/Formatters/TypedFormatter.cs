using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>A formatter that handles its values without boxing them.</summary>
internal abstract class TypedFormatter<T> : Formatter
{
    /// <inheritdoc cref="Formatter.WriteObject"/>
    public abstract void Write(ref MessagePackWriter writer, T? value, int depth);

    /// <inheritdoc cref="Formatter.ReadObject"/>
    public abstract T? Read(ref MessagePackReader reader, int depth);

    public sealed override void WriteObject(ref MessagePackWriter writer, object? value, int depth) => Write(ref writer, (T?)value, depth);

    public sealed override object? ReadObject(ref MessagePackReader reader, int depth) => Read(ref reader, depth);

    public sealed override ContractMember<TOwner>? Bind<TOwner>(JsonPropertyInfo contract, PropertyInfo property, byte[] encodedName, ulong requiredBit) =>
        property.PropertyType == typeof(T) ? new BoundMember<TOwner, T>(contract, property, encodedName, this, requiredBit) : null;
}
