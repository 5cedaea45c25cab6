using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobReadStreamTests
{
    private readonly BlobHome _home = new();
    private readonly byte[] _content = BlobHome.Content(1000);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_FromAnyPlaceInEveryForm_GivesTheBytesThere()
    {
        using var stream = Open();
        var buffer = new byte[300];

        stream.Length.ShouldBe(1000);
        stream.Read(buffer).ShouldBe(300);
        buffer.ShouldBe(_content[..300]);
        stream.Read(buffer, 100, 200).ShouldBe(200);
        buffer[100..].ShouldBe(_content[300..500]);
        stream.Seek(-100, SeekOrigin.Current).ShouldBe(400);
        (await stream.ReadAsync(buffer, Token)).ShouldBe(300);
        buffer.ShouldBe(_content[400..700]);
        stream.Seek(-10, SeekOrigin.End).ShouldBe(990);
        Func<byte[], int, int, CancellationToken, Task<int>> readIntoArray = stream.ReadAsync;
        (await readIntoArray(buffer, 0, 300, Token)).ShouldBe(10);
        (await stream.ReadAsync(buffer, Token)).ShouldBe(0);
        stream.Position = 5000;
        stream.Read(buffer).ShouldBe(0);
        stream.Position = 999;
        stream.ReadByte().ShouldBe(_content[999]);
        stream.ReadByte().ShouldBe(-1);
    }

    [Fact]
    public async Task CopyTo_WholeBlob_GivesAllOfIt()
    {
        using var stream = Open();
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        stream.Position = 0;
        await stream.CopyToAsync(copy, Token);

        copy.ToArray().ShouldBe([.. _content, .. _content]);
    }

    [Fact]
    public void Read_FileDeletedMeanwhile_GoesOn()
    {
        var (id, _) = _home.Commit(_content);
        using var stream = _home.Store.TryOpen(id).ShouldNotBeNull();
        _home.Store.Delete(id);

        var buffer = new byte[1000];
        stream.Read(buffer).ShouldBe(1000);
        buffer.ShouldBe(_content);
    }

    [Fact]
    public async Task Read_DiskRefuses_ThrowsWhatStreamsThrow()
    {
        using var stream = Open();
        _home.Files.FailWhen(FileOperationKind.Read, FileFault.InputOutput);

        Should.Throw<IOException>(() => stream.ReadByte());
        await Should.ThrowAsync<IOException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
        stream.Position.ShouldBe(0);
    }

    [Fact]
    public async Task ReadAsync_Canceled_Throws()
    {
        using var stream = Open();

        await Should.ThrowAsync<OperationCanceledException>(() => stream.ReadAsync(new byte[1], new CancellationToken(canceled: true)).AsTask());
    }

    [Fact]
    public void AnythingButReading_IsRefused()
    {
        using var stream = Open();

        stream.CanWrite.ShouldBeFalse();
        stream.CanRead.ShouldBeTrue();
        stream.CanSeek.ShouldBeTrue();
        stream.Flush();
        Should.Throw<NotSupportedException>(() => stream.Write([1], 0, 1));
        Should.Throw<NotSupportedException>(() => stream.SetLength(1));
        Should.Throw<IOException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Seek(0, (SeekOrigin)9));
        Should.Throw<ArgumentOutOfRangeException>(() => stream.Read(new byte[1], 0, 2));
    }

    [Fact]
    public async Task AfterDisposal_EveryMember_SaysSo()
    {
        var stream = Open();
        stream.Dispose();
        stream.Dispose();

        stream.CanRead.ShouldBeFalse();
        stream.CanSeek.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => stream.Length);
        Should.Throw<ObjectDisposedException>(() => stream.Position);
        Should.Throw<ObjectDisposedException>(() => stream.ReadByte());
        Should.Throw<ObjectDisposedException>(() => stream.Seek(0, SeekOrigin.Begin));
        await Should.ThrowAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1], Token).AsTask());
    }

    private Stream Open() => _home.Store.TryOpen(_home.Commit(_content).Id).ShouldNotBeNull();
}
