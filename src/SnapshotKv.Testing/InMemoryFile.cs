namespace SnapshotKv.Testing;

/// <summary>The contents of a file: as the kernel sees them, and as they stand on the device. Guarded by its file system's lock.</summary>
internal sealed class InMemoryFile : InMemoryNode
{
    private readonly UnflushedWrites _unflushed;

    /// <summary>Initializes an empty file.</summary>
    public InMemoryFile()
        : this(new PagedBytes(), new PagedBytes(), new UnflushedWrites())
    {
    }

    private InMemoryFile(PagedBytes written, PagedBytes durable, UnflushedWrites unflushed)
    {
        Written = written;
        Durable = durable;
        _unflushed = unflushed;
    }

    /// <summary>The contents that reads see.</summary>
    public PagedBytes Written { get; }

    /// <summary>The contents that survive any power cut.</summary>
    public PagedBytes Durable { get; }

    /// <summary>Whether somebody holds the lock that this file stands for.</summary>
    public bool IsLocked { get; set; }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length > 0)
        {
            Written.Write(bytes, offset);
            _unflushed.Add(bytes, offset);
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
                return new InMemoryFile(Written.Copy(), Durable.Copy(), _unflushed.Copy());
            case CrashKind.PowerCutLosingAll:
                return OnDevice(Durable.Copy());
            case CrashKind.PowerCutLosingNothing:
                var contents = Durable.Copy();
                WriteOut(contents);
                return OnDevice(contents);
            case CrashKind.PowerCutTearingSectors:
                return OnDevice(SectorTear.Tear(Durable, _unflushed.Span, random));
            default:
                return OnDevice(LoseSome(random));
        }
    }

    private static InMemoryFile OnDevice(PagedBytes contents) => new(contents, contents.Copy(), new UnflushedWrites());

    private void WriteOut(PagedBytes contents)
    {
        foreach (var write in _unflushed.Span)
        {
            write.ApplyTo(contents);
        }
    }

    private PagedBytes LoseSome(Random random)
    {
        var contents = Durable.Copy();
        foreach (var write in _unflushed.Span)
        {
            switch (random.Next(4))
            {
                case 0:
                    write.ApplyTo(contents);
                    break;
                case 1:
                    write.ApplyTo(contents, write.Offset, random.Next(write.Length));
                    break;
                case 2:
                    // The size reached the device and the bytes beyond the old end did not: they read as zeros.
                    contents.Extend(write.End);
                    break;
            }
        }

        return contents;
    }
}
