using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Finds or makes the formatter of each type, once. Thread-safe.</summary>
/// <remarks>
/// Known types come first; then plain classes, lists, dictionaries and enums by walking their contract; and everything else by passing through
/// the JSON that the contract writes, which is slower and right for every shape.
/// </remarks>
internal sealed class FormatterCatalog
{
    private readonly ConcurrentDictionary<Type, Formatter> _formatters = new();
    private readonly Func<Type, Formatter> _create;
    private readonly JsonSerializerOptions _options;
    private readonly bool _optionsArePlain;
    private Formatter? _last;

    public FormatterCatalog(JsonContracts contracts)
    {
        Contracts = contracts;
        _options = contracts.CreateOptionsForTranscoding();
        _optionsArePlain = ContractRules.ArePlain(_options);
        _create = Create;
        Untyped = new UntypedFormatter(this);
        UntypedList = new ListFormatter<object>(Untyped);
        UntypedMap = new DictionaryFormatter<object>(Untyped);
        _formatters[typeof(object)] = Untyped;
        _formatters[typeof(List<object>)] = UntypedList;
        _formatters[typeof(Dictionary<string, object>)] = UntypedMap;
        _formatters[typeof(object[])] = new ArrayFormatter<object>(Untyped);
    }

    public JsonContracts Contracts { get; }

    public UntypedFormatter Untyped { get; }

    public ListFormatter<object> UntypedList { get; }

    public DictionaryFormatter<object> UntypedMap { get; }

    /// <summary>The formatter of a type.</summary>
    /// <exception cref="KvSerializationException">The type has no contract.</exception>
    public Formatter Get(Type type) => _formatters.TryGetValue(type, out var formatter) ? formatter : _formatters.GetOrAdd(type, _create);

    /// <summary>The formatter of a type that is known when this is compiled, by which members are reached without boxing.</summary>
    /// <exception cref="KvSerializationException">The type has no contract.</exception>
    public Formatter Get<T>()
    {
        // Most stores hold few types, and the same one is mostly asked for again.
        if (_last is TypedFormatter<T> last && typeof(T) != typeof(object))
        {
            return last;
        }

        var formatter = Get(typeof(T));
        if (!typeof(T).IsValueType && typeof(T) != typeof(object) && formatter is ContractObjectFormatter<object> boxing)
        {
            formatter = _formatters[typeof(T)] = new ContractObjectFormatter<T>(boxing.Contract, this);
        }

        _last = formatter;
        return formatter;
    }

    private Formatter Create(Type type)
    {
        // A converter that the user set for all values of a type beats what is known here.
        if (!HasOwnConverter(type) && KnownFormatters.Find(type) is { } known)
        {
            return known;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return new ContractNullableFormatter(Get(underlying));
        }

        var contract = JsonContracts.GetContract(_options, type);
        if (!_optionsArePlain || HasOwnConverter(type))
        {
            return new JsonFormatter(contract, _options);
        }

        if (type.IsEnum)
        {
            return ContractRules.IsWrittenAsNumber(contract) ? new EnumFormatter(type) : new JsonFormatter(contract, _options);
        }

        return contract.Kind switch
        {
            JsonTypeInfoKind.Object when ContractRules.IsPlainObject(contract) => new ContractObjectFormatter<object>(contract, this),
            JsonTypeInfoKind.Enumerable when ContractRules.IsPlainList(contract) => new ContractListFormatter(contract, this),
            JsonTypeInfoKind.Dictionary when ContractRules.IsPlainDictionary(contract) => new ContractDictionaryFormatter(contract, this),
            _ => new JsonFormatter(contract, _options),
        };
    }

    private bool HasOwnConverter(Type type)
    {
        foreach (var converter in _options.Converters)
        {
            if (converter is not UntypedJsonConverter && converter.CanConvert(type))
            {
                return true;
            }
        }

        return false;
    }
}
