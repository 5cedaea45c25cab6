namespace SnapshotKv;

/// <summary>A sequence from memory as an asynchronous one, which never waits.</summary>
internal static class InMemoryEnumerable
{
    public static async IAsyncEnumerable<T> Create<T>(
        IEnumerable<T> source,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await ValueTask.CompletedTask.ConfigureAwait(false);
        foreach (var item in source)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
