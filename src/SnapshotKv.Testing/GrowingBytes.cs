namespace SnapshotKv.Testing;

/// <summary>A byte array that grows as it is written to, with zeros in the gaps.</summary>
internal sealed class GrowingBytes
{
    private byte[] _bytes = [];

    /// <summary>How many bytes there are.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Span => _bytes.AsSpan(0, Length);

    public int Read(Span<byte> buffer, long offset)
    {
        if (offset >= Length)
        {
            return 0;
        }

        var available = Span[(int)offset..];
        var count = Math.Min(available.Length, buffer.Length);
        available[..count].CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length > 0)
        {
            Extend(offset + bytes.Length);
            bytes.CopyTo(_bytes.AsSpan((int)offset));
        }
    }

    /// <summary>Grows to a length at least, with zeros.</summary>
    public void Extend(long length)
    {
        if (length > Array.MaxLength)
        {
            throw StorageFailures.FileTooLarge(length);
        }

        if (length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Clamp(_bytes.Length * 2L, length, Array.MaxLength));
        }

        Length = Math.Max(Length, (int)length);
    }

    public GrowingBytes Copy() => new() { _bytes = Span.ToArray(), Length = Length };
}
