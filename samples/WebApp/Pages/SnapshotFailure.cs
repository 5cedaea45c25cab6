using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>What may go wrong with snapshots without anything being wrong with the shop.</summary>
internal static class SnapshotFailure
{
    /// <summary>The status that tells it; null for what nobody expects.</summary>
    public static int? StatusOf(Exception exception) => exception switch
    {
        KvSnapshotException { Reason: KvSnapshotProblem.NotFound } => StatusCodes.Status404NotFound,
        KvSnapshotException or KvConflictException => StatusCodes.Status409Conflict,

        // It is there, and nothing can be made of it: a damaged file, values of another serializer, settings that are none.
        KvStoreCorruptedException or KvSerializationException or SnapshotKvConfigurationException => StatusCodes.Status422UnprocessableEntity,
        KvStoreUnavailableException or KvStoreFaultedException or KvStoreLockedException => StatusCodes.Status503ServiceUnavailable,
        _ => null,
    };
}
