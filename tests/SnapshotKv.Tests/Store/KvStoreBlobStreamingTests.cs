using SnapshotKv.Tests.Blobs;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Store;

/// <summary>Blobs that are larger than anybody would keep in memory.</summary>
public sealed class KvStoreBlobStreamingTests : IDisposable
{
    private const int Length = 64 << 20;
    private const int LongestBuffer = 128 << 10;
    private const long Allowance = 1 << 20;

    private readonly TemporaryDirectory _directory = new();
    private readonly KvStore _store;

    public KvStoreBlobStreamingTests() => _store = KvStore.Open(Path.Combine(_directory.Path, "data"));

    [Fact]
    public void SetAndOpenBlob_64MiB_NoMoreThanABufferIsInMemory()
    {
        var content = new PatternStream(Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _store.SetBlob("k", 1, content, length: Length);
        var written = GC.GetAllocatedBytesForCurrentThread() - before;

        written.ShouldBeLessThan(Allowance);
        content.LongestRead.ShouldBeLessThanOrEqualTo(LongestBuffer);

        var buffer = new byte[LongestBuffer];
        var expected = new byte[LongestBuffer];
        before = GC.GetAllocatedBytesForCurrentThread();
        using (var stream = _store.OpenBlob("k"))
        {
            stream.Length.ShouldBe(Length);
            long position = 0;
            for (int read; (read = stream.Read(buffer)) > 0; position += read)
            {
                PatternStream.Fill(expected.AsSpan(0, read), position);
                buffer.AsSpan(0, read).SequenceEqual(expected.AsSpan(0, read)).ShouldBeTrue();
            }

            position.ShouldBe(Length);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Allowance);
    }

    [Fact]
    public async Task UpdateBlobAsync_IsAskedForABufferAtATime()
    {
        const int Some = 5 << 20;
        _store.Set("k", 1);
        var content = new PatternStream(Some);
        await _store.UpdateBlobAsync("k", content, cancellationToken: TestContext.Current.CancellationToken);

        content.LongestRead.ShouldBeLessThanOrEqualTo(LongestBuffer);
        var expected = new byte[Some];
        PatternStream.Fill(expected, 0);
        (await _store.GetBlobAsync("k", TestContext.Current.CancellationToken)).AsSpan().SequenceEqual(expected).ShouldBeTrue();
    }

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }
}
