using SnapshotKv.Blobs;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobStoreTests
{
    private readonly BlobHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131_072)]
    [InlineData(1_000_000)]
    public async Task Write_AnyLengthInEveryForm_ReadsBack(int length)
    {
        var content = BlobHome.Content(length);
        PendingBlob[] blobs =
        [
            _home.Store.Write(content),
            _home.Store.Write(new MemoryStream(content)),
            _home.Store.Write(new TricklingStream(content), length),
            await _home.Store.WriteAsync(content.AsMemory(), Token),
            await _home.Store.WriteAsync(new TricklingStream(content), length, Token),
            await _home.Store.WriteAsync(new MemoryStream(content), null, Token),
        ];

        foreach (var blob in blobs)
        {
            blob.Length.ShouldBe(length);
            var read = _home.Store.TryReadAll(blob.Id).ShouldNotBeNull();
            read.AsSpan().SequenceEqual(content).ShouldBeTrue();
            (await _home.Store.TryReadAllAsync(blob.Id, Token)).AsSpan().SequenceEqual(read).ShouldBeTrue();
            _home.Disk.Take(BlobHome.PathOf(blob.Id)).AsSpan().SequenceEqual(read).ShouldBeTrue();
        }

        _home.FileNames().Count.ShouldBe(blobs.Length);
    }

    [Fact]
    public async Task Write_StreamAtSomePosition_TakesWhatFollowsAndLeavesItOpen()
    {
        using var source = new MemoryStream([1, 2, 3, 4]) { Position = 2 };
        using var blob = _home.Store.Write(source);
        source.Position = 3;
        using var second = await _home.Store.WriteAsync(source, null, Token);

        _home.Store.TryReadAll(blob.Id).ShouldBe([3, 4]);
        _home.Store.TryReadAll(second.Id).ShouldBe([4]);
        source.CanRead.ShouldBeTrue();
    }

    [Fact]
    public void Write_Always_FlushesTheFileBeforeItsNameAndTheNamesAfter()
    {
        using var blob = _home.Store.Write([1, 2]);

        var id = blob.Id;
        var changes = _home.Files.Trace.Where(operation => operation.IsChange).Select(operation => $"{operation.Kind} {operation.Path}");
        var path = BlobHome.PathOf(id);
        changes.ShouldBe(
        [
            "CreateDirectory /data/blobs",
            "FlushDirectory /data",
            "FlushDirectory /data/blobs",
            $"CreateDirectory /data/blobs/{id.ShardName}",
            $"CreateNew {path}.tmp",
            $"Write {path}.tmp",
            $"Flush {path}.tmp",
            $"Rename {path}.tmp",
            $"FlushDirectory /data/blobs/{id.ShardName}",
            "FlushDirectory /data/blobs",
        ]);
    }

    [Fact]
    public void Write_IntoAShardMadeByAnEarlierProcess_ItsNameIsFlushedFirst()
    {
        foreach (var shard in Enumerable.Range(0, 4096))
        {
            _home.Disk.CreateDirectory($"/data/blobs/{shard:x3}");
        }

        using var blob = _home.Store.Write([1]);

        _home.Disk.CrashImage(CrashKind.PowerCutLosingAll).Take(BlobHome.PathOf(blob.Id)).ShouldBe([1]);
    }

    [Theory]
    [InlineData(5, 4, null)]
    [InlineData(300_000, 131_072, null)]
    [InlineData(1, 0, null)]
    [InlineData(4, 5, 4L)]
    [InlineData(0, 1, 0L)]
    [InlineData(300_000, 300_001, 300_000L)]
    public async Task Write_OtherLengthThanAnnounced_SaysSoAndLeavesNothing(int length, long announced, long? actual)
    {
        var content = BlobHome.Content(length);
        foreach (var stream in new Stream[] { new MemoryStream(content), new TricklingStream(content) })
        {
            var sync = Should.Throw<BlobLengthException>(() => _home.Store.Write(stream, announced));
            sync.Announced.ShouldBe(announced);
            sync.Actual.ShouldBe(actual);
            stream.Position = 0;
            var inTask = await Should.ThrowAsync<BlobLengthException>(() => _home.Store.WriteAsync(stream, announced, Token));
            inTask.Message.ShouldContain($"{announced} bytes were announced");
            inTask.Message.ShouldContain(actual is null ? "more" : $"after {actual}");
        }

        _home.FileNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task Write_EndlessStreamLongerThanAnnounced_StopsAtOnce()
    {
        var source = new EndlessStream();
        Should.Throw<BlobLengthException>(() => _home.Store.Write(source, 1000));
        await Should.ThrowAsync<BlobLengthException>(() => _home.Store.WriteAsync(source, 1000, Token));

        source.Reads.ShouldBe(2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200_000)]
    public async Task Write_SourceThrowsHalfWay_ItsOwnExceptionPassesAndNothingIsLeft(int after)
    {
        var failure = new IOException("the network is down");

        Should.Throw<IOException>(() => _home.Store.Write(new ThrowingStream(after, failure))).ShouldBeSameAs(failure);
        (await Should.ThrowAsync<IOException>(() => _home.Store.WriteAsync(new ThrowingStream(after, failure), null, Token))).ShouldBeSameAs(failure);

        _home.FileNames().ShouldBeEmpty();
        _home.Ledger.HasRetired.ShouldBeFalse();
    }

    [Fact]
    public async Task Write_BadArguments_AreRefusedBeforeAnythingIsDone()
    {
        using var closed = new MemoryStream();
        closed.Dispose();

        Should.Throw<ArgumentNullException>(() => _home.Store.Write((Stream)null!)).ParamName.ShouldBe("content");
        await Should.ThrowAsync<ArgumentNullException>(() => _home.Store.WriteAsync(null!, null, Token));
        Should.Throw<ArgumentException>(() => _home.Store.Write(closed)).ParamName.ShouldBe("content");
        await Should.ThrowAsync<ArgumentException>(() => _home.Store.WriteAsync(closed, null, Token));
        Should.Throw<ArgumentOutOfRangeException>(() => _home.Store.Write(new MemoryStream(), -1)).ParamName.ShouldBe("length");
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => _home.Store.WriteAsync(new MemoryStream(), -1, Token));
        _home.Files.OperationCount.ShouldBe(0);
    }

    [Fact]
    public async Task WriteAsync_Canceled_LeavesNothing()
    {
        using var canceled = new CancellationTokenSource();
        var source = new TricklingStream(BlobHome.Content(10_000)) { AfterRead = reads => CancelAfter(canceled, reads, 2) };
        await Should.ThrowAsync<OperationCanceledException>(() => _home.Store.WriteAsync(source, null, canceled.Token));
        await Should.ThrowAsync<OperationCanceledException>(() => _home.Store.WriteAsync(new byte[1], canceled.Token));
        await Should.ThrowAsync<OperationCanceledException>(() => _home.Store.WriteAsync(new MemoryStream(), null, canceled.Token));

        _home.FileNames().ShouldBeEmpty();
    }

    [Fact]
    public async Task WriteAsync_SourceThatNeverAnswers_KeepsNoThread()
    {
        using var canceled = new CancellationTokenSource();
        var source = new WaitingStream();
        var write = _home.Store.WriteAsync(source, null, canceled.Token);
        await source.IsAsked;

        // The task is given back while the stream has not answered; nothing but the stream's own task is waited for.
        write.IsCompleted.ShouldBeFalse();
        await canceled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => write);
        source.SynchronousReads.ShouldBe(0);
        _home.FileNames().ShouldBeEmpty();
    }

    [Fact]
    public void PendingBlob_DisposedWithoutACommit_IsDeleted()
    {
        var blob = _home.Store.Write([1]);
        _home.FileNames().ShouldBe([BlobHome.NameOf(blob.Id)]);

        blob.Dispose();
        blob.Dispose();

        _home.FileNames().ShouldBeEmpty();
        _home.Ledger.Knows(blob.Id).ShouldBeFalse();
    }

    [Fact]
    public void PendingBlob_DisposedAfterTheCommit_Stays()
    {
        var (id, _) = _home.Commit([7]);

        _home.Store.TryReadAll(id).ShouldBe([7]);
        _home.Ledger.Knows(id).ShouldBeTrue();
    }

    [Fact]
    public void PendingBlob_DiskWillNotDeleteIt_IsLeftToTheCollector()
    {
        var blob = _home.Store.Write([1]);
        _home.Files.FailWhen(FileOperationKind.Delete, FileFault.InputOutput, times: 1);

        blob.Dispose();

        _home.Ledger.FindDeletable([1, 2, 3]).ShouldBe([blob.Id]);
    }

    [Fact]
    public async Task TryOpen_NoSuchFile_IsNull()
    {
        var id = _home.Ids.Next();
        _home.Store.TryOpen(id).ShouldBeNull();
        _home.Store.TryReadAll(id).ShouldBeNull();
        _home.Leave($"{id.ShardName}/other");
        _home.Store.TryOpen(id).ShouldBeNull();
        (await _home.Store.TryReadAllAsync(id, Token)).ShouldBeNull();
    }

    [Theory]
    [InlineData("OpenRead")]
    [InlineData("GetLength")]
    [InlineData("Read")]
    public async Task TryReadAll_DiskRefuses_SaysWhichFile(string kind)
    {
        var (id, _) = _home.Commit();
        _home.Files.FailWhen(Enum.Parse<FileOperationKind>(kind), FileFault.InputOutput);

        Should.Throw<KvStoreUnavailableException>(() => _home.Store.TryReadAll(id)).Message.ShouldContain(BlobHome.PathOf(id));
        (await Should.ThrowAsync<KvStoreUnavailableException>(() => _home.Store.TryReadAllAsync(id, Token))).Message.ShouldContain(BlobHome.PathOf(id));
    }

    [Fact]
    public void ListShard_MixedFiles_TellsOnlyBlobsInTheirPlace()
    {
        var (id, _) = _home.Commit();
        var begun = _home.Ids.Next();
        var misplaced = _home.Ids.Next();
        var other = misplaced.ShardName == "000" ? "001" : "000";
        _home.Leave($"{begun.ShardName}/{begun.FileName}.tmp");
        _home.Leave($"{other}/{misplaced.FileName}");
        _home.Leave($"{id.ShardName}/notes.txt");
        _home.Leave($"{id.ShardName}/{id.ToString().ToUpperInvariant()}.bin");
        _home.Leave("foreign/x.bin");
        _home.Leave("x.bin");
        _home.Disk.CreateDirectory($"/data/blobs/{misplaced.ShardName}/{misplaced.FileName}");

        var all = _home.Store.ListShards().SelectMany(_home.Store.ListShard);

        all.ShouldBe([(id, false), (begun, true)], ignoreOrder: true);
        _home.Store.ListShards().ShouldNotContain("foreign");
        _home.Store.ListShard("fff").ShouldBe(id.ShardName == "fff" ? [(id, false)] : [], ignoreOrder: true);
    }

    [Fact]
    public void Delete_TwiceAndMissing_IsNoError()
    {
        var (id, _) = _home.Commit();
        _home.Store.Delete(id);
        _home.Store.Delete(id);

        _home.Store.TryOpen(id).ShouldBeNull();
    }

    private static void CancelAfter(CancellationTokenSource source, int reads, int wanted)
    {
        if (reads == wanted)
        {
            source.Cancel();
        }
    }
}
