using System.Buffers;

namespace SnapshotKv.Serialization;

/// <summary>
/// What stands behind <see cref="IKvStore.Serializer"/> of an embedded store: values of the store's format in and out. Besides the public shape it
/// reads straight from a record's bytes, and it sees to two rules that hold for every serializer: whatever goes wrong in the code of types and
/// converters is a <see cref="KvSerializationException"/>, and a partition's values stay with the serializer that wrote them.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal abstract class StoreSerializer : IKvSerializer
{
    private SerializerBinding? _binding;

    public abstract string Name { get; }

    /// <summary>The same serializer for the keys under a prefix, from which on it is the one in use.</summary>
    /// <param name="registry">What the whole store knows of its serializers.</param>
    /// <param name="prefix">The prefix for which the serializer was set; empty for the whole store.</param>
    public StoreSerializer BindTo(SerializerRegistry registry, string prefix) => With(new SerializerBinding(registry, prefix, prefix, Name));

    /// <summary>The serializer of a partition.</summary>
    /// <param name="prefix">The partition's whole prefix, from the top of the store.</param>
    /// <param name="own">What was set for the partition; null for this one.</param>
    /// <param name="format">The store's format.</param>
    /// <exception cref="ArgumentException">The partition's own serializer has no name of its own.</exception>
    public StoreSerializer ForPartition(string prefix, IKvSerializer? own, KvFormat format)
    {
        if (own is null)
        {
            return _binding is { } binding ? With(binding.InheritTo(prefix)) : this;
        }

        if (!SnapshotKvOptionsRules.IsSerializerName(own.Name))
        {
            throw new ArgumentException($"The serializer of a partition {SnapshotKvOptionsRules.SerializerNameRule}; it is '{own.Name}'.", nameof(own));
        }

        var serializer = new CustomKvSerializer(own, format);
        return _binding is null ? serializer : serializer.BindTo(_binding.Registry, prefix);
    }

    /// <summary>Gives up what is known of the serializers of a prefix that has been emptied.</summary>
    public void ForgetClaims(string prefix) => _binding?.Registry.Forget(prefix);

    /// <exception cref="KvSerializationException">
    /// The type or the value has no form, code of the type or of a converter threw, or the values of the partition are another serializer's.
    /// </exception>
    /// <inheritdoc/>
    public void Serialize<T>(T value, IBufferWriter<byte> target)
    {
        ArgumentNullException.ThrowIfNull(target);
        _binding?.Check();
        try
        {
            // A call of a method that is both generic and virtual costs as much as some members; the usual serializer is spared it.
            if (this is MessagePackKvSerializer usual)
            {
                usual.WriteValue(value, target);
            }
            else
            {
                Write(value, target);
            }
        }
        catch (Exception e) when (UserCode.IsAtFault(e))
        {
            throw UserCode.OnWrite(e, value?.GetType() ?? typeof(T));
        }

        _binding?.Claim();
    }

    /// <summary>Reads a value from bytes that lie in one piece; nothing of them is kept.</summary>
    /// <exception cref="KvSerializationException">
    /// The bytes are damaged or hold a value of another kind, and the message names both kinds; code of the type or of a converter threw; or the
    /// values of the partition are another serializer's.
    /// </exception>
    public T? Deserialize<T>(ReadOnlySpan<byte> source)
    {
        _binding?.Check();
        try
        {
            return this is MessagePackKvSerializer usual ? usual.ReadValue<T>(source) : Read<T>(source);
        }
        catch (Exception e) when (UserCode.IsAtFault(e))
        {
            throw UserCode.OnRead(e, typeof(T));
        }
    }

    public T? Deserialize<T>(ReadOnlySequence<byte> source)
    {
        if (source.IsSingleSegment)
        {
            return Deserialize<T>(source.FirstSpan);
        }

        var length = checked((int)source.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            source.CopyTo(rented);
            return Deserialize<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    protected abstract void Write<T>(T value, IBufferWriter<byte> target);

    protected abstract T? Read<T>(ReadOnlySpan<byte> source);

    // Serializers are light and share what they have learnt about types: a copy costs one small object.
    private StoreSerializer With(SerializerBinding binding)
    {
        var copy = (StoreSerializer)MemberwiseClone();
        copy._binding = binding;
        return copy;
    }
}
