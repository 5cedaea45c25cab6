using System.Numerics;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>The formatters that need no contract, each with its arrays, lists and dictionaries; the same for all serializers.</summary>
internal static class KnownFormatters
{
    private static readonly Dictionary<Type, Formatter> Table = CreateTable();

    public static Formatter? Find(Type type) => Table.GetValueOrDefault(type);

    private static Dictionary<Type, Formatter> CreateTable()
    {
        var table = new Dictionary<Type, Formatter>();
        AddStruct(table, new BooleanFormatter());
        AddInteger<sbyte>(table);
        AddInteger<short>(table);
        AddInteger<ushort>(table);
        AddInteger<int>(table);
        AddInteger<uint>(table);
        AddInteger<long>(table);
        AddInteger<ulong>(table);
        AddStruct(table, new SingleFormatter());
        AddStruct(table, new DoubleFormatter());
        AddStruct(table, new DecimalFormatter());
        AddStruct(table, new CharFormatter());
        AddStruct(table, new DateTimeFormatter());
        AddStruct(table, new DateTimeOffsetFormatter());
        AddStruct(table, new DateOnlyFormatter());
        AddStruct(table, new TimeOnlyFormatter());
        AddStruct(table, new TimeSpanFormatter());
        AddStruct(table, new GuidFormatter());
        AddStruct(table, new MemoryFormatter());
        AddStruct(table, new ReadOnlyMemoryFormatter());
        AddInteger<byte>(table);
        Add(table, new StringFormatter());

        // After the integers: an array of bytes is a binary, not an array.
        Add(table, new ByteArrayFormatter());
        return table;
    }

    private static void AddInteger<T>(Dictionary<Type, Formatter> table)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T> => AddStruct(table, new IntegerFormatter<T>(typeof(T)));

    private static void AddStruct<T>(Dictionary<Type, Formatter> table, TypedFormatter<T> formatter)
        where T : struct
    {
        Add(table, formatter);
        table[typeof(T?)] = new NullableFormatter<T>(formatter);
    }

    private static void Add<T>(Dictionary<Type, Formatter> table, TypedFormatter<T> formatter)
    {
        table[typeof(T)] = formatter;
        table[typeof(T[])] = new ArrayFormatter<T>(formatter);
        table[typeof(List<T>)] = new ListFormatter<T>(formatter);
        table[typeof(Dictionary<string, T>)] = new DictionaryFormatter<T>(formatter);
    }
}
