using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>The ways in which a blob can be given.</summary>
internal static class BlobCalls
{
    public static TheoryData<string> Ways => ["bytes", "stream", "bytes, async", "stream, async"];

    public static async Task SetAsync(string way, IKvBlobs store, string key, int value, byte[] content, KvEntryOptions options = default)
    {
        var token = TestContext.Current.CancellationToken;
        switch (way)
        {
            case "bytes":
                store.SetBlob(key, value, content, options);
                break;
            case "stream":
                store.SetBlob(key, value, new TricklingStream(content), options, content.Length);
                break;
            case "bytes, async":
                await store.SetBlobAsync(key, value, content, options, token);
                break;
            case "stream, async":
                await store.SetBlobAsync(key, value, new TricklingStream(content), options, length: null, token);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, message: null);
        }
    }

    public static async Task UpdateAsync(string way, IKvBlobs store, string key, byte[] content)
    {
        var token = TestContext.Current.CancellationToken;
        switch (way)
        {
            case "bytes":
                store.UpdateBlob(key, content);
                break;
            case "stream":
                store.UpdateBlob(key, new TricklingStream(content));
                break;
            case "bytes, async":
                await store.UpdateBlobAsync(key, content, token);
                break;
            case "stream, async":
                await store.UpdateBlobAsync(key, new TricklingStream(content), content.Length, token);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(way), way, message: null);
        }
    }

    /// <summary>Every operation on blobs there is, by name, with arguments that are good.</summary>
    public static IEnumerable<(string Name, Func<IKvBlobs, string, Task> Call)> All()
    {
        foreach (var way in Ways.Select(row => row.Data))
        {
            yield return ($"set {way}", (store, key) => SetAsync(way, store, key, 1, [1, 2, 3]));
            yield return ($"update {way}", (store, key) => UpdateAsync(way, store, key, [1, 2, 3]));
        }

        yield return ("open", (store, key) => Task.Run(() => store.OpenBlob(key).Dispose()));
        yield return ("open async", async (store, key) => await (await store.OpenBlobAsync(key)).DisposeAsync());
        yield return ("get", (store, key) => Task.Run(() => store.GetBlob(key)));
        yield return ("get async", (store, key) => store.GetBlobAsync(key).AsTask());
    }

    /// <summary>What a store answers when a blob cannot be had.</summary>
    public static KvBlobProblem Problem(IKvBlobs store, string key)
    {
        var opening = Should.Throw<KvBlobException>(() => store.OpenBlob(key));
        var reading = Should.Throw<KvBlobException>(() => store.GetBlob(key));
        opening.Reason.ShouldBe(reading.Reason);
        opening.Key.ShouldBe(key);
        opening.Message.ShouldContain($"'{key}'");
        return opening.Reason;
    }
}
