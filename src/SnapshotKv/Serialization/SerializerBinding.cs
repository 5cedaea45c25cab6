namespace SnapshotKv.Serialization;

/// <summary>A serializer's standing in one partition: whether it may be used there, asked once and again only when claims have changed.</summary>
/// <remarks>Thread-safe: that two threads ask at once does no harm.</remarks>
internal sealed class SerializerBinding(SerializerRegistry registry, string prefix, string owner, string name)
{
    private int _checkedGeneration = -1;
    private int _claimedGeneration = -1;

    public SerializerRegistry Registry => registry;

    /// <summary>The standing in a partition that uses the same serializer.</summary>
    public SerializerBinding InheritTo(string innerPrefix) => new(registry, innerPrefix, owner, name);

    /// <exception cref="KvSerializationException">The values there are another serializer's.</exception>
    public void Check()
    {
        var generation = registry.Generation;
        if (generation != Volatile.Read(ref _checkedGeneration))
        {
            registry.Check(prefix, owner, name);
            Volatile.Write(ref _checkedGeneration, generation);
        }
    }

    /// <summary>Notes that a value is about to be written.</summary>
    /// <exception cref="KvSerializationException">Another serializer has been faster.</exception>
    public void Claim()
    {
        var generation = registry.Generation;
        if (generation != Volatile.Read(ref _claimedGeneration))
        {
            registry.Claim(owner, name);
            Volatile.Write(ref _claimedGeneration, generation);
        }
    }
}
