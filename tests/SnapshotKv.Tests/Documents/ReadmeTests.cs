using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>README.md</c> that shows the store without a container, run.</summary>
public sealed class ReadmeTests
{
    [Fact]
    public void Store_InAFewLines_DoesWhatTheyShow()
    {
        using var temporary = new TemporaryDirectory();
        var directory = Path.Combine(temporary.Path, "data");
        var photo = new byte[100_000];

        // begin store
        using var store = KvStore.Open(directory);
        store.Set("user:1", new User("Ada"), new KvEntryOptions { Tags = ["people"] });
        store.SetBlob("photo:1", "image/png", new MemoryStream(photo));
        var visits = store.Increment("visits");

        using (var transaction = store.BeginTransaction())
        {
            if (transaction.TryGet<User>("user:1", out var user))
            {
                transaction.Set($"greeting:{user!.Name}", $"Hello {user.Name}");
            }

            transaction.Commit();
        }

        // end store
        visits.ShouldBe(1);
        store.GetKeys().ShouldBe(["greeting:Ada", "photo:1", "user:1", "visits"]);
        store.GetBlob("photo:1").ShouldBe(photo);
    }

    private sealed record User(string Name);
}
