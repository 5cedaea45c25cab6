using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Divides what it is given into ranges, encodes them on several threads and writes the results in order; a bounded number is in memory.</summary>
internal sealed class EncodePipeline : IDisposable
{
    // Ranges end with the entry that reaches this, so that most fill one gzip member.
    private const int RangeSize = GzipMembers.InputSize - (32 << 10);

    private readonly SnapshotOutput _output;
    private readonly bool _isCompressed;
    private readonly bool _isAhead;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<EncodeJob> _idle = new();
    private readonly Queue<EncodeJob> _started = new();
    private EncodeJob? _filling;

    /// <param name="encoder">Encodes.</param>
    /// <param name="output">Takes the results.</param>
    /// <param name="isCompressed">Whether they are compressed.</param>
    /// <param name="workers">How many threads may work, at least 1: the caller's.</param>
    /// <param name="cancellationToken">Looked at before each range of entries.</param>
    public EncodePipeline(SnapshotEncoder encoder, SnapshotOutput output, bool isCompressed, int workers, CancellationToken cancellationToken)
    {
        _output = output;
        _isCompressed = isCompressed;
        _isAhead = workers > 1;
        _cancellationToken = cancellationToken;
        var jobs = _isAhead ? workers + 1 : 1;
        for (var i = 0; i < jobs; i++)
        {
            _idle.Enqueue(new(encoder, isCompressed));
        }
    }

    /// <summary>An entry is encoded in one piece, and a range may have others before it.</summary>
    public static int LargestEntry => Array.MaxLength - (2 * RangeSize);

    /// <summary>How many entries were taken.</summary>
    public int Count { get; private set; }

    /// <summary>What the entries may need that the present range is to have: it is complete with the one with which that is reached.</summary>
    public long Room => RangeSize - (_filling?.LargestSize ?? 0);

    /// <summary>Begins a range.</summary>
    /// <param name="text">What is written as it is, before the entries that follow.</param>
    public void BeginRange(ReadOnlyMemory<byte> text)
    {
        StartFilled();
        _filling = Begin(text);
    }

    /// <summary>Takes entries.</summary>
    /// <param name="records">The entries, of the encoder's format; no more than use up the room.</param>
    /// <param name="largestSize">The most bytes that they may need.</param>
    /// <exception cref="OperationCanceledException">It was cancelled; looked at before each range.</exception>
    public void Add(ReadOnlySpan<Record> records, long largestSize)
    {
        if (_filling is null || Count == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
        }

        _filling ??= Begin(default);
        _filling.Add(records, largestSize);
        Count += records.Length;
        if (Room <= 0)
        {
            StartFilled();
        }
    }

    /// <summary>Writes out everything taken so far.</summary>
    public void Drain()
    {
        StartFilled();
        while (_started.Count > 0)
        {
            WriteOldest();
        }
    }

    public void Dispose()
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

        _filling?.Dispose();
    }

    /// <summary>Writes the oldest range out first when as many as may be are in memory.</summary>
    private EncodeJob Begin(ReadOnlyMemory<byte> text)
    {
        if (_idle.Count == 0)
        {
            WriteOldest();
        }

        var job = _idle.Dequeue();
        job.Begin(text, hasFirst: Count == 0);
        return job;
    }

    private void StartFilled()
    {
        if (_filling is { } job)
        {
            _filling = null;
            _started.Enqueue(job);
            job.Start(_isAhead);
        }
    }

    private void WriteOldest()
    {
        var job = _started.Peek();
        job.Complete();
        _output.Write(job, _isCompressed);
        _idle.Enqueue(_started.Dequeue());
    }
}
