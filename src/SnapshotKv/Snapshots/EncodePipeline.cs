using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>
/// Encodes what it is given, in ranges of about a megabyte. Each is compressed, or else written, on another thread while the next is encoded; a bounded number is in memory, and they come into the file in order.
/// </summary>
/// <remarks>
/// For one thread, which encodes: it has a record in its cache when it has asked how long it is, and is not to hand it to another. While it waits for a range it takes part in the work, so that a starved thread pool costs speed and never a
/// deadlock. Ranges are compressed beside each other, but written one after the other.
/// </remarks>
internal sealed class EncodePipeline : IThreadPoolWorkItem, IDisposable
{
    // Ranges end with the entry that reaches this, so that most fill one gzip member.
    private const int RangeSize = GzipMembers.InputSize - (32 << 10);

    private readonly Lock _lock = new();
    private readonly int _mostHelpers;
    private readonly int _mostStarted;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<SnapshotRange> _idle = new();
    private readonly Queue<SnapshotRange> _started = new();

    /// <summary>Those of the started that no helper has come to. Some may be done already.</summary>
    private readonly Queue<SnapshotRange> _waiting = new();
    private int _helpers;
    private SnapshotRange? _filling;

    /// <param name="encoder">Encodes.</param>
    /// <param name="output">Takes the results.</param>
    /// <param name="isCompressed">Whether they are compressed.</param>
    /// <param name="workers">How many threads may work, at least 1: the caller's.</param>
    /// <param name="cancellationToken">Looked at before each range of entries.</param>
    public EncodePipeline(SnapshotEncoder encoder, SnapshotOutput output, bool isCompressed, int workers, CancellationToken cancellationToken)
    {
        _cancellationToken = cancellationToken;

        // Compressed: one more than there are threads, so that each finds the next when it is done with one. Written: one, for they go into the file one after the other.
        _mostHelpers = isCompressed ? workers - 1 : Math.Min(workers - 1, 1);
        _mostStarted = isCompressed && workers > 1 ? workers + 1 : 1;

        // And the one that is being filled. Alone, the caller does everything in turn.
        var ranges = workers > 1 ? _mostStarted + 1 : 1;
        for (var i = 0; i < ranges; i++)
        {
            _idle.Enqueue(new(encoder, output, isCompressed));
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
    public void BeginRange(ReadOnlySpan<byte> text)
    {
        StartFilled();
        _filling = Begin(text);
    }

    /// <summary>Encodes entries.</summary>
    /// <param name="records">The entries, of the encoder's format; no more than use up the room.</param>
    /// <param name="largestSize">The most bytes that they may need.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Add(ReadOnlySpan<Record> records, long largestSize)
    {
        if (_filling is null || Count == 0)
        {
            _cancellationToken.ThrowIfCancellationRequested();
        }

        _filling ??= Begin([]);
        _filling.Add(records, hasFirst: Count == 0, largestSize);
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

    /// <summary>A helper works until nothing is waiting.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        while (TakeWaiting(isHelper: true) is { } range)
        {
            range.RunIfWaiting();
        }
    }

    public void Dispose()
    {
        foreach (var range in _started)
        {
            range.Abandon();
            range.Dispose();
        }

        foreach (var range in _idle)
        {
            range.Dispose();
        }

        _filling?.Dispose();
    }

    private SnapshotRange Begin(ReadOnlySpan<byte> text)
    {
        if (_idle.Count == 0)
        {
            WriteOldest();
        }

        var range = _idle.Dequeue();
        range.Begin(text);
        return range;
    }

    private void StartFilled()
    {
        if (_filling is { } range)
        {
            while (_started.Count >= _mostStarted)
            {
                WriteOldest();
            }

            _filling = null;
            _started.Enqueue(range);
            range.Start(isAhead: false);
            CallHelper(range);
        }
    }

    private void CallHelper(SnapshotRange range)
    {
        if (_mostHelpers == 0)
        {
            return;
        }

        lock (_lock)
        {
            _waiting.Enqueue(range);
            if (_helpers == _mostHelpers)
            {
                return;
            }

            _helpers++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <returns>The next range that nobody has come to; null when there is none, and a helper is done with it then.</returns>
    private SnapshotRange? TakeWaiting(bool isHelper)
    {
        lock (_lock)
        {
            if (_waiting.TryDequeue(out var range))
            {
                return range;
            }

            _helpers -= isHelper ? 1 : 0;
            return null;
        }
    }

    private void WriteOldest()
    {
        // Not to be waited for while there is something to do: the helpers would be done, and wait in turn.
        var range = _started.Peek();
        while (!range.IsDone && TakeWaiting(isHelper: false) is { } next)
        {
            next.RunIfWaiting();
        }

        range.CompleteAndWrite();
        _idle.Enqueue(_started.Dequeue());
    }
}
