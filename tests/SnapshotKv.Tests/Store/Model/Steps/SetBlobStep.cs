namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>Sets a number with a blob, or the blob alone; from bytes or from a stream, whose length is announced or not.</summary>
internal sealed record SetBlobStep(string Key, int Length, int Number, ModelLife? Life, bool IsStream, bool IsAnnounced) : EntryStep
{
    private const int LongestBlob = 5_000;

    public static SetBlobStep Draw(Random random) => new(
        ModelKeys.Draw(random),
        random.Next(LongestBlob),
        random.Next(),
        random.Next(3) == 0 ? null : ModelLife.Draw(random),
        IsStream: random.Next(2) == 0,
        IsAnnounced: random.Next(2) == 0);

    public override void Run(ModelScope scope)
    {
        var blob = new byte[Length];
        new Random(Number).NextBytes(blob);
        if (Life is not null)
        {
            Set(scope, blob, Life.ToOptions(scope.Now));
            scope.Set(Key, Life, (long)Number, blob);
        }
        else if (scope.Find(Key) is { } entry)
        {
            Update(scope, blob);
            scope.Update(Key, entry.WithBlob(blob));
        }
        else
        {
            Should.Throw<KvBlobException>(() => Update(scope, blob)).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        }
    }

    private void Set(ModelScope scope, byte[] blob, KvEntryOptions options)
    {
        var store = (IKvBlobs)scope.Store;
        if (!IsStream)
        {
            store.SetBlob(Key, (long)Number, blob, options);
        }
        else if (scope.IsAsync)
        {
            AsyncForms.Wait(store.SetBlobAsync(Key, (long)Number, new MemoryStream(blob), options, IsAnnounced ? Length : null));
        }
        else
        {
            store.SetBlob(Key, (long)Number, new MemoryStream(blob), options, IsAnnounced ? Length : null);
        }
    }

    private void Update(ModelScope scope, byte[] blob)
    {
        var store = (IKvBlobs)scope.Store;
        if (IsStream)
        {
            store.UpdateBlob(Key, new MemoryStream(blob), IsAnnounced ? Length : null);
        }
        else
        {
            store.UpdateBlob(Key, blob);
        }
    }

    public override string ToString() => $"{(Life is null ? $"update the blob of '{Key}'" : $"set '{Key}' to {Number} {Life} with a blob")}: {Length} bytes{(IsStream ? " as a stream" : "")}";
}
