using System.Threading.Channels;

namespace SnapshotKv.Engine;

/// <summary>Runs background work on the task of whoever took it over, one piece after the other.</summary>
internal sealed class HandedOverScheduler(IWorkScheduler otherwise) : IWorkScheduler
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });

    public void Queue(Action work)
    {
        // After the end the work goes back to where it came from, so that none is lost in between.
        if (!_work.Writer.TryWrite(work))
        {
            otherwise.Queue(work);
        }
    }

    /// <summary>Runs work until cancelled; a piece that has begun is finished.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            while (!cancellationToken.IsCancellationRequested && _work.Reader.TryRead(out var work))
            {
                work();
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                await WaitForWorkAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void HandBack()
    {
        _work.Writer.Complete();
        while (_work.Reader.TryRead(out var work))
        {
            otherwise.Queue(work);
        }
    }

    private async Task WaitForWorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _work.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being told to stop is how this ends.
        }
    }
}
