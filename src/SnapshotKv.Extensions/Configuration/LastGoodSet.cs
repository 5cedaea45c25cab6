using System.Buffers;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>The last set that passed the validation, kept in the store, so that an application can start when the current one does not.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class LastGoodSet(IKvStore store, string prefix, bool isWritable)
{
    private readonly string _key = ConfigurationKeys.LastGood(prefix);

    /// <summary>The set; null when none was kept.</summary>
    /// <exception cref="KvSerializationException">What is kept cannot be read.</exception>
    public Dictionary<string, string?>? Read()
    {
        var buffer = new ArrayBufferWriter<byte>();
        if (!store.TryReadEncoded(_key, buffer, out _))
        {
            return null;
        }

        var value = KvSerializer.Native(store.Format).Deserialize<object>(new ReadOnlySequence<byte>(buffer.WrittenMemory));
        return value is Dictionary<string, object?> members
            ? members.ToDictionary(static pair => pair.Key, static pair => pair.Value as string, StringComparer.OrdinalIgnoreCase)
            : null;
    }

    /// <summary>Keeps a set, unless it is what is kept already, or keeping is the business of the one who is followed.</summary>
    /// <exception cref="Exception">What the store throws.</exception>
    public void Keep(IReadOnlyDictionary<string, string?> data)
    {
        if (!isWritable)
        {
            return;
        }

        var encoded = Encode(store.Format, data);
        var kept = new ArrayBufferWriter<byte>();
        if (!store.TryReadEncoded(_key, kept, out _) || !kept.WrittenSpan.SequenceEqual(encoded.WrittenSpan))
        {
            store.SetEncoded(_key, new ReadOnlySequence<byte>(encoded.WrittenMemory));
        }
    }

    /// <summary>In one order, so that equal sets have equal bytes.</summary>
    private static ArrayBufferWriter<byte> Encode(KvFormat format, IReadOnlyDictionary<string, string?> data)
    {
        var members = new Dictionary<string, object?>(data.Count, StringComparer.Ordinal);
        foreach (var (key, value) in data.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            members.Add(key, value);
        }

        var buffer = new ArrayBufferWriter<byte>();
        KvSerializer.Native(format).Serialize(members, buffer);
        return buffer;
    }
}
