namespace SnapshotKv.Benchmarks.Harness;

/// <summary>The keys one thread asks for, drawn beforehand and handed out in chunks, again from the start when they are used up.</summary>
/// <param name="keys">The keys.</param>
/// <param name="chunkSize">Operations between two looks at the clock.</param>
internal sealed class KeyStream(string[] keys, int chunkSize = KeyStream.UsualChunkSize)
{
    /// <summary>Some 10 µs of the fastest operation.</summary>
    public const int UsualChunkSize = 256;

    private int _next;

    public ReadOnlySpan<string> NextChunk()
    {
        if (_next >= keys.Length)
        {
            _next = 0;
        }

        var chunk = keys.AsSpan(_next, Math.Min(chunkSize, keys.Length - _next));
        _next += chunkSize;
        return chunk;
    }
}
