using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Expands a file of our own gzip members, several at a time and ahead of the reader; a bounded number is in memory.</summary>
internal sealed class GzipMemberStream : ReadOnlyStream
{
    private readonly IFileHandle _file;
    private readonly bool _isAhead;
    private readonly Queue<ExpandMemberJob> _idle = new();
    private readonly Queue<ExpandMemberJob> _started = new();
    private ExpandMemberJob? _current;
    private int _currentOffset;
    private long _offset;
    private uint _index;

    /// <param name="file">The file, which stays the caller's.</param>
    /// <param name="workers">How many threads may work on it; 1 for the reader's only.</param>
    public GzipMemberStream(IFileHandle file, int workers)
    {
        _file = file;
        _isAhead = workers > 1;
        for (var i = 0; i < workers + 1; i++)
        {
            _idle.Enqueue(new(file));
        }
    }

    public override int Read(Span<byte> buffer)
    {
        while (_current is null || _currentOffset == _current.Expanded.Length)
        {
            if (!TryNext())
            {
                return 0;
            }
        }

        var rest = _current.Expanded[_currentOffset..];
        rest = rest[..Math.Min(rest.Length, buffer.Length)];
        rest.CopyTo(buffer);
        _currentOffset += rest.Length;
        return rest.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var job in _started)
            {
                job.Abandon();
                job.Dispose();
            }

            foreach (var job in _idle)
            {
                job.Dispose();
            }

            _current?.Dispose();
            _started.Clear();
            _idle.Clear();
            _current = null;
        }

        base.Dispose(disposing);
    }

    private bool TryNext()
    {
        if (_current is not null)
        {
            _idle.Enqueue(_current);
            _current = null;
        }

        while (_idle.Count > 0 && TryStart())
        {
            // As many as there are idle jobs.
        }

        if (_started.Count == 0)
        {
            return false;
        }

        _currentOffset = 0;
        _current = _started.Dequeue();
        _current.Complete();
        return true;
    }

    private bool TryStart()
    {
        Span<byte> start = stackalloc byte[GzipMembers.HeaderSize];
        var read = _file.Read(start, _offset);
        if (read == 0)
        {
            return false;
        }

        if (!GzipMembers.TryReadHeader(start[..read], out var header) || header.Index != _index || header.Length > _file.Length - _offset)
        {
            throw new SnapshotDamageException($"at byte {_offset} of the file there should be gzip member {_index}, whole, and is not");
        }

        var job = _idle.Dequeue();
        job.SetMember(header, _offset);
        _started.Enqueue(job);
        job.Start(_isAhead);
        _offset += header.Length;
        _index++;
        return true;
    }
}
