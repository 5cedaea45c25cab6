using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Which contracts can be walked as they are. What asks for more than members, elements and pairs goes by JSON.</summary>
internal static class ContractRules
{
    // As many as have a bit each.
    private const int MostRequired = 64;

    /// <summary>Whether options leave contracts with their plain meaning.</summary>
    public static bool ArePlain(JsonSerializerOptions options) =>
        options.ReferenceHandler is null
        && options.DefaultIgnoreCondition == JsonIgnoreCondition.Never
        && !options.IgnoreReadOnlyProperties
        && !options.IgnoreReadOnlyFields
        && !options.RespectNullableAnnotations
        && options.UnmappedMemberHandling == JsonUnmappedMemberHandling.Skip
        && options.PreferredObjectCreationHandling == JsonObjectCreationHandling.Replace
        && options.DictionaryKeyPolicy is null
        && options.AllowDuplicateProperties
        && !options.NumberHandling.HasFlag(JsonNumberHandling.WriteAsString);

    public static bool IsPlainObject(JsonTypeInfo contract) =>
        contract.CreateObject is not null
        && IsPlain(contract)
        && contract.UnmappedMemberHandling is null or JsonUnmappedMemberHandling.Skip
        && contract.PreferredPropertyObjectCreationHandling is null or JsonObjectCreationHandling.Replace
        && contract.Properties.Count(property => property.IsRequired) <= MostRequired
        && contract.Properties.All(IsPlain);

    /// <summary>Arrays of one dimension, and lists that the contract can create and the plain list interface can fill.</summary>
    public static bool IsPlainList(JsonTypeInfo contract) =>
        IsPlain(contract)
        && contract.ElementType is not null
        && (contract.Type.IsSZArray
            || (contract.Type.IsAssignableTo(typeof(IList)) && contract.CreateObject?.Invoke() is IList { IsFixedSize: false, IsReadOnly: false }));

    /// <summary>Dictionaries with text as keys that the contract can create and the plain dictionary interface can fill.</summary>
    public static bool IsPlainDictionary(JsonTypeInfo contract) =>
        IsPlain(contract)
        && contract.KeyType == typeof(string)
        && contract.ElementType is not null
        && contract.Type.IsAssignableTo(typeof(IDictionary))
        && contract.CreateObject?.Invoke() is IDictionary { IsFixedSize: false, IsReadOnly: false };

    /// <summary>Whether an enum is a number in JSON too; a converter may have made it text.</summary>
    public static bool IsWrittenAsNumber(JsonTypeInfo contract)
    {
        var values = Enum.GetValuesAsUnderlyingType(contract.Type);
        if (values.Length == 0)
        {
            return true;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(Enum.ToObject(contract.Type, values.GetValue(0)!), contract);
        return json is [(byte)'-' or (>= (byte)'0' and <= (byte)'9'), ..];
    }

    private static bool IsPlain(JsonTypeInfo contract) =>
        contract.PolymorphismOptions is null
        && contract.NumberHandling is null
        && contract.OnSerializing is null
        && contract.OnSerialized is null
        && contract.OnDeserializing is null
        && contract.OnDeserialized is null;

    private static bool IsPlain(JsonPropertyInfo property) =>
        property.CustomConverter is null
        && property.NumberHandling is null
        && !property.IsExtensionData
        && property.ObjectCreationHandling is null or JsonObjectCreationHandling.Replace;
}
