using System.Text;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/blobs.md</c>, run.</summary>
public sealed class BlobsGuideTests
{
    [Fact]
    public async Task Guide_EachBlock_DoesWhatThePageSays()
    {
        using var temporary = new TemporaryDirectory();
        var path = Path.Combine(temporary.Path, "report.pdf");
        await File.WriteAllBytesAsync(path, Encoding.UTF8.GetBytes("a report"), TestContext.Current.CancellationToken);
        var response = new MemoryStream();
        var cancellationToken = TestContext.Current.CancellationToken;
        using var store = KvStore.Open(Path.Combine(temporary.Path, "data"));

        // begin set
        await using (var file = File.OpenRead(path))
        {
            var life = new KvEntryOptions { TimeToLive = TimeSpan.FromDays(30), Tags = ["reports"] };
            await store.SetBlobAsync("report:7", new Report("Sales", 2026), file, life, cancellationToken: cancellationToken);
        }

        // end set
        // begin open
        if (store.TryGet<Report>("report:7", out var report))
        {
            await using var content = await store.OpenBlobAsync("report:7", cancellationToken);
            Console.WriteLine($"{report!.Title}, {content.Length} bytes");
            await content.CopyToAsync(response, cancellationToken);
        }

        // end open
        Encoding.UTF8.GetString(response.ToArray()).ShouldBe("a report");

        // begin update
        store.UpdateBlob("report:7", "a better report"u8);
        byte[] all = store.GetBlob("report:7");

        // end update
        Encoding.UTF8.GetString(all).ShouldBe("a better report");

        // begin errors
        try
        {
            store.OpenBlob("report:8").Dispose();
        }
        catch (KvBlobException exception) when (exception.Reason is KvBlobProblem.NoSuchKey or KvBlobProblem.NoBlob)
        {
            Console.WriteLine($"{exception.Key}: nothing to show");
        }

        // end errors
        // begin announced
        var upload = new MemoryStream(new byte[100]);
        store.SetBlob("upload", "photo.jpg", upload, length: 100);

        // end announced
        // begin transaction
        using (var transaction = store.BeginTransaction())
        {
            transaction.SetBlob("report:8", new Report("Costs", 2026), "costs"u8);
            transaction.Remove("report:7");
            transaction.Commit();
        }

        // end transaction
        store.Exists("report:7").ShouldBeFalse();
        Encoding.UTF8.GetString(store.GetBlob("report:8")).ShouldBe("costs");
    }

    private sealed record Report(string Title, int Year);
}
