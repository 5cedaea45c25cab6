using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization;

/// <summary>
/// System.Text.Json's contracts of all types a store meets, which serve both formats: the user's resolver first, then what is built in, then
/// reflection where it is allowed. A source-generated context brings its own options along (naming policy, converters). Thread-safe.
/// </summary>
internal sealed class JsonContracts
{
    private readonly IJsonTypeInfoResolver? _resolver;
    private readonly bool _allowReflection;

    public JsonContracts(IJsonTypeInfoResolver? resolver, bool allowReflection)
    {
        _resolver = resolver;
        _allowReflection = allowReflection;
        Options = CreateOptions(resolver as JsonSerializerContext);
        Options.MakeReadOnly();
    }

    /// <summary>What both formats go by.</summary>
    public JsonSerializerOptions Options { get; }

    /// <summary>The options of the JSON format, which also reads what a MessagePack store's values become when its directory is opened as JSON.</summary>
    public JsonSerializerOptions CreateOptionsForJson()
    {
        var options = new JsonSerializerOptions(Options);
        options.Converters.Add(new GuidJsonConverter());
        options.Converters.Add(new TimeSpanJsonConverter());
        options.MakeReadOnly();
        return options;
    }

    /// <summary>
    /// Whether members may be reached by their own accessors instead of the contract's: only a resolver that someone else wrote can have
    /// replaced those.
    /// </summary>
    public bool MembersAreAsDeclared => _resolver is null or JsonSerializerContext;

    /// <summary>
    /// The options for values that pass through JSON text on their way to MessagePack: numbers that no float holds exactly travel as text.
    /// </summary>
    public JsonSerializerOptions CreateOptionsForTranscoding()
    {
        var options = new JsonSerializerOptions(Options)
        {
            NumberHandling = Options.NumberHandling | JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        };
        options.MakeReadOnly();
        return options;
    }

    /// <summary>The contract of a type.</summary>
    /// <exception cref="KvSerializationException">There is none; the message says how to give one.</exception>
    public static JsonTypeInfo GetContract(JsonSerializerOptions options, Type type)
    {
        RefuseTask(type);
        try
        {
            if (options.TryGetTypeInfo(type, out var contract))
            {
                return contract;
            }
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            throw new KvSerializationException($"The type {TypeNames.Describe(type)} cannot be stored: {e.Message}", e);
        }

        throw new KvSerializationException(
            $"The type {TypeNames.Describe(type)} has no JSON contract, and this application does without reflection: add "
            + $"[JsonSerializable(typeof({TypeNames.Describe(type)}))] to a JsonSerializerContext and set "
            + $"{nameof(SnapshotKvOptions)}.{nameof(SnapshotKvOptions.TypeInfoResolver)} to it.");
    }

    /// <summary>Storing the promise of a value in its place is a slip that is easily made.</summary>
    private static void RefuseTask(Type type)
    {
        if (type.IsAssignableTo(typeof(Task))
            || type == typeof(ValueTask)
            || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)))
        {
            throw new KvSerializationException(
                $"The type {TypeNames.Describe(type)} cannot be stored: it is the promise of a value. Await it first, or use {nameof(KvStoreExtensions.GetOrCreateAsync)}.");
        }
    }

    /// <summary>To System.Text.Json a tuple of the language is an object without members, which would be stored as nothing.</summary>
    private static void RefuseTuple(JsonTypeInfo contract)
    {
        if (contract.Type.IsValueType
            && contract.Type.IsAssignableTo(typeof(ITuple))
            && contract is { Kind: JsonTypeInfoKind.Object, Properties.Count: 0 })
        {
            throw new KvSerializationException(
                $"The type {TypeNames.Describe(contract.Type)} cannot be stored: it has fields only, which its JSON contract leaves out. Use a record.");
        }
    }

    /// <summary>
    /// A type whose state no member of its contract can set is stored without a word and read as an empty one: numbers of System.Numerics, structs with
    /// fields only, classes with setters that are private.
    /// </summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Only contracts by reflection come here, which a trimmed application has none of.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Only contracts by reflection come here, which a trimmed application has none of.")]
    private static void RefuseWhatWouldNotComeBack(JsonTypeInfo contract)
    {
        if (contract is not { Kind: JsonTypeInfoKind.Object, CreateObject: not null, PolymorphismOptions: null }
            || contract.Type == typeof(object)
            || contract.Properties.Any(static property =>
                property.Set is not null || property.IsExtensionData || property.ObjectCreationHandling == JsonObjectCreationHandling.Populate))
        {
            return;
        }

        const BindingFlags State = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        for (var type = contract.Type; type is not null && type != typeof(object); type = type.BaseType)
        {
            if (type.GetFields(State).Length > 0)
            {
                throw new KvSerializationException(
                    $"The type {TypeNames.Describe(contract.Type)} cannot be stored: its JSON contract has no member that could be set again, so it would come back empty. "
                    + "Give it setters, a constructor with [JsonConstructor], or a converter.");
            }
        }
    }

    private JsonSerializerOptions CreateOptions(JsonSerializerContext? context)
    {
        var options = context is null ? new JsonSerializerOptions() : new JsonSerializerOptions(context.Options);
        options.Encoder = new StrictJsonEncoder(options.Encoder ?? JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
        options.WriteIndented = false;

        // System.Text.Json counts a value inside the deepest container as one level more.
        options.MaxDepth = MessagePack.MessagePackReader.MaxDepth + 1;
        options.Converters.Add(new UntypedJsonConverter());
        options.TypeInfoResolverChain.Clear();
        if (_resolver is not null)
        {
            options.TypeInfoResolverChain.Add(_resolver);
        }

        options.TypeInfoResolverChain.Add(BuiltInJsonContext.Default);
        if (_allowReflection)
        {
            AddReflection(options);
        }

        return options;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Guarded by IsReflectionEnabledByDefault, which trimming turns off.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Guarded by IsReflectionEnabledByDefault, which AOT compilation turns off.")]
    private static void AddReflection(JsonSerializerOptions options)
    {
        if (JsonSerializer.IsReflectionEnabledByDefault && JsonSerializerOptions.Default.TypeInfoResolver is { } resolver)
        {
            options.TypeInfoResolverChain.Add(resolver.WithAddedModifier(RefuseTuple).WithAddedModifier(RefuseWhatWouldNotComeBack));
        }
    }
}
