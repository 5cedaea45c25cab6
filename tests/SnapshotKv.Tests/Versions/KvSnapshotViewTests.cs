using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Versions;

public sealed class KvSnapshotViewTests
{
    private readonly StoreHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenSnapshot_WhileTheStoreGoesOn_ReadsWhatWasSaved()
    {
        using var store = _home.Open();
        store.Set("text", "then");
        store.Set("gone", 1, new KvEntryOptions { Tags = ["t"] });
        var snapshot = store.Save()!;
        store.Set("text", "now");
        store.Set("new", 2);
        store.Remove("gone");

        using var view = store.OpenSnapshot(snapshot.FileName);
        using var second = await store.OpenSnapshotAsync(snapshot.FileName, Token);

        foreach (var each in new[] { view, second })
        {
            each.Snapshot.FileName.ShouldBe(snapshot.FileName);
            each.TryGet<string>("text", out var text).ShouldBeTrue();
            text.ShouldBe("then");
            each.GetKeys().ShouldBe(["gone", "text"]);
            each.GetKeysByTag("t").ShouldBe(["gone"]);
            each.Count("t").ShouldBe(1);
            each.GetPartition("te").Exists("xt").ShouldBeTrue();
            each.Format.ShouldBe(KvFormat.MessagePack);
        }

        store.TryGet<string>("text", out var live).ShouldBeTrue();
        live.ShouldBe("now");
    }

    [Fact]
    public void OpenSnapshot_ClosedStore_ViewGoesOnAndTheStoreRefuses()
    {
        var store = _home.Open();
        store.Set("k", 1);
        var view = store.OpenSnapshot(store.Save()!.FileName);
        store.Dispose();

        view.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        Should.Throw<ObjectDisposedException>(() => store.OpenSnapshot("data-20260101-000000-0000.msgpack.gz"));
        view.Dispose();
        view.Dispose();
        Should.Throw<ObjectDisposedException>(() => view.Exists("k"));
    }

    [Fact]
    public void OpenSnapshot_AnyLaterTime_ClockStandsAtTheInstantOfTheSnapshot()
    {
        using var store = _home.Open();
        store.Set("minute", 1, TimeSpan.FromMinutes(1));
        store.Set("slides", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(2) });
        var snapshot = store.Save()!;
        _home.Clock.Advance(TimeSpan.FromHours(1));

        using var view = store.OpenSnapshot(snapshot.FileName);

        store.Exists("minute").ShouldBeFalse();
        view.GetTimeToLive("minute").Remaining.ShouldBe(TimeSpan.FromMinutes(1));
        view.Refresh("slides").ShouldBeTrue();
        view.GetTimeToLive("slides").Remaining.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task Write_Asynchronous_IsRefusedAndChangesNothing()
    {
        var token = TestContext.Current.CancellationToken;
        await using var store = _home.Open();
        store.Set("k", 1);
        using var view = store.OpenSnapshot(store.Save()!.FileName);
        Func<Task>[] writes =
        [
            async () => await view.SetAsync("k", 2, cancellationToken: token),
            async () => await view.SetBytesAsync("k", new(new byte[] { 2 }), cancellationToken: token),
            async () => await view.RemoveAsync("k", token),
            async () => await view.GetOrCreateAsync("new", _ => ValueTask.FromResult(1), cancellationToken: token),
        ];
        foreach (var write in writes)
        {
            (await Should.ThrowAsync<NotSupportedException>(write)).Message.ShouldContain(view.Snapshot.FileName);
        }

        view.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        view.Exists("new").ShouldBeFalse();
    }

    [Fact]
    public void Write_OfAnyKind_IsRefusedAndChangesNothing()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, new byte[] { 1, 2, 3 });
        using var view = store.OpenSnapshot(store.Save()!.FileName);
        var files = _home.BlobFiles();

        Action[] writes =
        [
            () => view.Set("k", 2),
            () => view.SetBytes("k", [2]),
            () => view.Remove("k"),
            () => view.RemoveByPrefix("k"),
            () => view.RemoveByTag("t"),
            () => view.Clear(),
            () => view.GetPartition("k").Clear(),
            () => view.TryCommit(new KvBatch().Remove("k")),
            () => view.UpdateBlob("k", [9]),
            () => view.SetBlob("other", 1, new byte[] { 9 }),
            () => view.GetOrCreate("new", () => 1),
            () =>
            {
                using var transaction = view.BeginTransaction();
                transaction.SetBlob("k", 2, new byte[] { 9 });
            },
            () =>
            {
                using var transaction = view.BeginTransaction();
                transaction.Set("k", 2);
                transaction.Commit();
            },
        ];
        (view.IsReadOnly, view.GetPartition("k").IsReadOnly, store.IsReadOnly).ShouldBe((true, true, false));
        foreach (var write in writes)
        {
            Should.Throw<NotSupportedException>(write).Message.ShouldContain(view.Snapshot.FileName);
        }

        view.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        view.Exists("new").ShouldBeFalse();
        view.GetBlob("k").ShouldBe([1, 2, 3]);
        _home.BlobFiles().ShouldBe(files);
        store.TryGet<int>("k", out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("00010101-000000", 14)]
    [InlineData("99991231-235959", -12)]
    public void OpenSnapshot_OfGoNamedAtTheEndsOfTime_WithoutAnInstantInside_CanBeLookedInto(string time, int hours)
    {
        var odd = $"data-{time}-0000.json";
        using var store = _home.Open();
        _home.WriteFile("snapshots/" + odd, """{"version":2,"data":{"k":{"value":1,"expires_at":0,"blob_ref":""}}}"""u8.ToArray());
        _home.Clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("odd", TimeSpan.FromHours(hours), "odd", "odd"));

        using var view = store.OpenSnapshot(odd);

        view.Count().ShouldBe(1);
        store.Compare(odd).ShouldNotBeEmpty();
    }

    [Fact]
    public void OpenSnapshot_OfAJsonStoreThatIsMessagePackNow_ReadsInItsOwnFormat()
    {
        SnapshotInfo json;
        using (var store = _home.Open(options => options.Format = KvFormat.Json))
        {
            store.Set("k", new List<int> { 1, 2 });
            json = store.Save()!;
        }

        using var now = _home.Open();
        now.Set("k", new List<int> { 3 });
        using var view = now.OpenSnapshot(json.FileName);

        view.Format.ShouldBe(KvFormat.Json);
        view.TryGet<List<int>>("k", out var value).ShouldBeTrue();
        value.ShouldBe([1, 2]);
    }

    [Fact]
    public void OpenSnapshot_CustomSerializersPartition_RefusesTheWrongOneAsTheStoreDoes()
    {
        using var store = _home.Open();
        store.Set("k", "mine");
        using var view = store.OpenSnapshot(store.Save()!.FileName);

        var foreign = view.GetPartition("", new KvPartitionOptions { Serializer = new Utf16Serializer() });

        Should.Throw<KvSerializationException>(() => foreign.TryGet<string>("k", out _));
    }

    [Theory]
    [InlineData("data-20200101-000000-0000.msgpack.gz")]
    [InlineData("../lock")]
    [InlineData("/etc/passwd")]
    [InlineData("no-such-pin")]
    [InlineData("data-20260101-000000-0000.msgpack.gz.tmp")]
    public void OpenSnapshot_NameOfNone_SaysSo(string name)
    {
        using var store = _home.Open();
        store.Set("k", 1);
        store.Save();

        var exception = Should.Throw<KvSnapshotException>(() => store.OpenSnapshot(name));

        exception.Reason.ShouldBe(KvSnapshotProblem.NotFound);
        exception.Snapshot.ShouldBe(name);
        exception.Message.ShouldContain($"'{name}'");
        Should.Throw<KvSnapshotException>(() => store.Compare(name)).Reason.ShouldBe(KvSnapshotProblem.NotFound);
    }

    [Fact]
    public void OpenSnapshot_DamagedFile_NamesFileAndLeavesTheStore()
    {
        using var store = _home.Open();
        store.Set("k", "value");
        var snapshot = store.Save()!;
        var bytes = _home.ReadFile("snapshots/" + snapshot.FileName);
        bytes[^9] ^= 1;
        _home.WriteFile("snapshots/" + snapshot.FileName, bytes);

        Should.Throw<KvStoreCorruptedException>(() => store.OpenSnapshot(snapshot.FileName)).Message.ShouldContain(snapshot.FileName);
        Should.Throw<KvStoreCorruptedException>(() => store.Compare(snapshot.FileName)).Message.ShouldContain(snapshot.FileName);

        store.Exists("k").ShouldBeTrue();
        _home.Snapshots().ShouldContain(snapshot.FileName);
    }

    [Fact]
    public void OpenSnapshot_DiskRefuses_IsUnavailable()
    {
        using var store = _home.Open();
        store.Set("k", "value");
        var snapshot = store.Save()!;
        _home.Files.FailWhen(FileOperationKind.Read, FileFault.InputOutput);

        Should.Throw<KvStoreUnavailableException>(() => store.OpenSnapshot(snapshot.FileName));
    }

    [Fact]
    public async Task OpenSnapshot_Cancelled_GivesUp()
    {
        using var store = _home.Open();
        store.Set("k", "value");
        var snapshot = store.Save()!;

        await Should.ThrowAsync<OperationCanceledException>(() => store.OpenSnapshotAsync(snapshot.FileName, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void OpenSnapshot_MemoryOnly_IsNotSupported()
    {
        using var store = KvStore.Open((string?)null);

        Should.Throw<NotSupportedException>(() => store.OpenSnapshot("any"));
        Should.Throw<NotSupportedException>(() => store.Compare("any"));
        Should.Throw<ArgumentException>(() => store.OpenSnapshot(""));
    }

    private sealed class Utf16Serializer : IKvSerializer
    {
        public string Name => "utf-16";

        public void Serialize<T>(T value, System.Buffers.IBufferWriter<byte> target) =>
            System.Buffers.BuffersExtensions.Write(target, System.Text.Encoding.Unicode.GetBytes(value!.ToString()!));

        public T? Deserialize<T>(System.Buffers.ReadOnlySequence<byte> source) =>
            (T)(object)System.Text.Encoding.Unicode.GetString(System.Buffers.BuffersExtensions.ToArray(source));
    }
}
