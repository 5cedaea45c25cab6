using SnapshotKv.Snapshots;

namespace SnapshotKv.Tests.Blobs;

/// <summary>Never answers; a read ends only by being canceled.</summary>
internal sealed class WaitingStream : ReadOnlyStream
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete once somebody reads.</summary>
    public Task IsAsked => _asked.Task;

    public int SynchronousReads { get; private set; }

    public override int Read(Span<byte> buffer)
    {
        SynchronousReads++;
        return 0;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _asked.TrySetResult();
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        return 0;
    }
}
