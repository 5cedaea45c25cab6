using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Encodes ranges of records on several threads and writes the results in order; a bounded number is in memory.</summary>
internal sealed class EncodePipeline : IDisposable
{
    private readonly SnapshotOutput _output;
    private readonly bool _isCompressed;
    private readonly bool _isAhead;
    private readonly Queue<EncodeJob> _idle = new();
    private readonly Queue<EncodeJob> _started = new();

    public EncodePipeline(SnapshotEncoder encoder, SnapshotOutput output, bool isCompressed, int workers)
    {
        _output = output;
        _isCompressed = isCompressed;
        _isAhead = workers > 1;
        var jobs = _isAhead ? workers + 1 : 1;
        for (var i = 0; i < jobs; i++)
        {
            _idle.Enqueue(new(encoder, isCompressed));
        }
    }

    /// <summary>Takes a range; writes the oldest one out first when as many as may be are in memory.</summary>
    public void Add(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<Record> records, bool hasFirst, long largestSize)
    {
        if (_idle.Count == 0)
        {
            WriteOldest();
        }

        var job = _idle.Dequeue();
        job.SetRange(prefix, records, hasFirst, largestSize);
        _started.Enqueue(job);
        job.Start(_isAhead);
    }

    /// <summary>Writes out everything taken so far.</summary>
    public void Drain()
    {
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
    }

    private void WriteOldest()
    {
        var job = _started.Peek();
        job.Complete();
        _output.Write(job, _isCompressed);
        _idle.Enqueue(_started.Dequeue());
    }
}
