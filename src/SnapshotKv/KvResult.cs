namespace SnapshotKv;

/// <summary>What a read found.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct KvResult<T>
{
    /// <summary>Initializes an instance that found a value.</summary>
    /// <param name="value">The value.</param>
    /// <param name="version">The number of the commit that changed the entry last.</param>
    public KvResult(T? value, long version)
    {
        Found = true;
        Value = value;
        Version = version;
    }

    /// <summary>Whether there was a live entry; a stored null is found.</summary>
    public bool Found { get; }

    /// <summary>The value, or the type's default when nothing was found.</summary>
    public T? Value { get; }

    /// <summary>The number of the commit that changed the entry last, at least 1; 0 when nothing was found. See <see cref="KvBatch.RequireVersion"/>.</summary>
    public long Version { get; }

    /// <summary>Takes the result apart.</summary>
    /// <param name="found">Whether there was a live entry.</param>
    /// <param name="value">The value, or the type's default.</param>
    public void Deconstruct(out bool found, out T? value)
    {
        found = Found;
        value = Value;
    }
}
