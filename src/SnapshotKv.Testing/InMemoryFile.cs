namespace SnapshotKv.Testing;

/// <summary>The contents of a file: as the kernel sees them, and as they stand on the device. Guarded by its file system's lock.</summary>
internal sealed class InMemoryFile : InMemoryNode
{
    /// <summary>The writes since the last flush, in order; the bytes are copies.</summary>
    private readonly List<(long Offset, byte[] Bytes)> _unflushed = [];

    /// <summary>The contents that reads see.</summary>
    public GrowingBytes Written { get; private init; } = new();

    /// <summary>The contents that survive any power cut.</summary>
    public GrowingBytes Durable { get; private init; } = new();

    /// <summary>Whether somebody holds the lock that this file stands for.</summary>
    public bool IsLocked { get; set; }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length > 0)
        {
            Written.Write(bytes, offset);
            _unflushed.Add((offset, bytes.ToArray()));
        }
    }

    public void Flush()
    {
        WriteOut(Durable);
        _unflushed.Clear();
    }

    /// <inheritdoc cref="IForgetfulFile.ForgetUnflushed"/>
    public void ForgetUnflushed() => _unflushed.Clear();

    /// <summary>The file as it is after a crash; nobody has it open or locked.</summary>
    public InMemoryFile AfterCrash(CrashKind crash, Random random)
    {
        switch (crash)
        {
            case CrashKind.ProcessKilled:
                var copy = new InMemoryFile { Written = Written.Copy(), Durable = Durable.Copy() };
                copy._unflushed.AddRange(_unflushed);
                return copy;
            case CrashKind.PowerCutLosingAll:
                return OnDevice(Durable);
            case CrashKind.PowerCutLosingNothing:
                var contents = Durable.Copy();
                WriteOut(contents);
                return OnDevice(contents);
            default:
                return OnDevice(LoseSome(random));
        }
    }

    private static InMemoryFile OnDevice(GrowingBytes contents) => new() { Written = contents.Copy(), Durable = contents.Copy() };

    private void WriteOut(GrowingBytes contents)
    {
        foreach (var (offset, bytes) in _unflushed)
        {
            contents.Write(bytes, offset);
        }
    }

    private GrowingBytes LoseSome(Random random)
    {
        var contents = Durable.Copy();
        foreach (var (offset, bytes) in _unflushed)
        {
            switch (random.Next(4))
            {
                case 0:
                    contents.Write(bytes, offset);
                    break;
                case 1:
                    contents.Write(bytes.AsSpan(0, random.Next(bytes.Length)), offset);
                    break;
                case 2 when offset + bytes.Length > contents.Length:
                    // The size reached the device and the bytes beyond the old end did not: they read as zeros.
                    contents.Extend(offset + bytes.Length);
                    break;
            }
        }

        return contents;
    }
}
