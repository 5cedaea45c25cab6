using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>Takes dead entries out of memory, part by part, so that no writer waits for long. They are hidden from readers long before.</summary>
internal sealed class ExpirationSweeper(CommitPipeline pipeline, KvClock clock, StoreMetrics metrics, ILogger logger)
{
    /// <summary>Sweeps the whole table once.</summary>
    /// <returns>How many entries were removed.</returns>
    public int Sweep()
    {
        if (pipeline.Table.ExpiringCount == 0)
        {
            return 0;
        }

        using var operation = metrics.BeginSweep(clock.TimeProvider);
        try
        {
            var total = 0;
            for (var position = default(RecordTable.SweepPosition); !position.IsAtEnd;)
            {
                total += pipeline.RemoveExpired(ref position);
            }

            pipeline.Feed.Deliver();
            logger.ExpiredSwept(total, operation.Succeeded(total));
            return total;
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            throw;
        }
    }
}
