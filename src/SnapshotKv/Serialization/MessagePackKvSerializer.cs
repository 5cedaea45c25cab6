using System.Buffers;
using SnapshotKv.MessagePack;
using SnapshotKv.Serialization.Formatters;

namespace SnapshotKv.Serialization;

/// <summary>Values as MessagePack, in the forms that docs/formats/values.md lists. Thread-safe.</summary>
internal sealed class MessagePackKvSerializer(JsonContracts contracts) : StoreSerializer
{
    public const string NameInFiles = "messagepack";

    private readonly FormatterCatalog _catalog = new(contracts);

    public override string Name => NameInFiles;

    protected override void Write<T>(T value, IBufferWriter<byte> target) => WriteValue(value, target);

    protected override T? Read<T>(ReadOnlySpan<byte> source)
        where T : default => ReadValue<T>(source);

    internal void WriteValue<T>(T value, IBufferWriter<byte> target)
    {
        var formatter = _catalog.Get<T>();
        var writer = new MessagePackWriter(target);
        if (formatter is TypedFormatter<T> typed)
        {
            typed.Write(ref writer, value, depth: 0);
        }
        else
        {
            formatter.WriteObject(ref writer, value, depth: 0);
        }

        writer.Flush();
    }

    // Bytes after the value are not looked at, as in Go.
    internal T? ReadValue<T>(ReadOnlySpan<byte> source)
    {
        var formatter = _catalog.Get<T>();
        var reader = new MessagePackReader(source);
        try
        {
            return formatter is TypedFormatter<T> typed ? typed.Read(ref reader, depth: 0) : (T?)formatter.ReadObject(ref reader, depth: 0);
        }
        catch (MessagePackFormatException e)
        {
            throw source.IsEmpty
                ? new KvSerializationException($"The value is empty, but {TypeNames.Describe(typeof(T))} was asked for.", e)
                : new KvSerializationException($"{e.Reason} (at {ValuePath.Find(source, e.Offset)}, byte {e.Offset}).", e);
        }
    }
}
