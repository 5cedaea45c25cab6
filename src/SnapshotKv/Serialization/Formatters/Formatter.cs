using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Writes and reads the values of one type as MessagePack. Thread-safe.</summary>
internal abstract class Formatter
{
    /// <summary>Writes a value, which is null or of the type.</summary>
    /// <param name="writer">Takes the value.</param>
    /// <param name="value">The value.</param>
    /// <param name="depth">How many containers the value lies in.</param>
    /// <exception cref="KvSerializationException">The value holds something that has no form.</exception>
    public abstract void WriteObject(ref MessagePackWriter writer, object? value, int depth);

    /// <summary>Reads a value of the type; null is one only if the type has it.</summary>
    /// <exception cref="MessagePackFormatException">Another kind is stored, or the bytes are damaged.</exception>
    public abstract object? ReadObject(ref MessagePackReader reader, int depth);

    /// <summary>A member of a class that is reached without boxing; null when the formatter has no way to.</summary>
    public virtual ContractMember<TOwner>? Bind<TOwner>(JsonPropertyInfo contract, PropertyInfo property, byte[] encodedName, ulong requiredBit) =>
        null;
}
