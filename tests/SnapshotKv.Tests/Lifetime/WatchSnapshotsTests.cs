using System.Buffers;
using System.Text;
using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Lifetime;

/// <summary>Who watches snapshots is told of each what it holds, not what the store holds by then.</summary>
public sealed class WatchSnapshotsTests
{
    private readonly StoreHome _home = new();
    private readonly List<KvSnapshotContents> _told = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public async Task WatchSnapshots_TellsTheEntriesUnderThePrefix_OfEverySave(KvFormat format)
    {
        using var store = _home.Open(options => options.Format = format);
        using var watch = store.WatchSnapshots("config:", _told.Add);
        store.Set("config:a", "x");
        store.Set("config", "beside");
        store.Set("config:dead", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        var saved = store.Save();
        store.Set("other", 1);
        await store.SaveAsync(Token);
        store.Set("config:a", "y");
        _home.Clock.Advance(TimeSpan.FromSeconds(30));

        _told.Count.ShouldBe(3);
        _told[0].Snapshot.ShouldBe(saved);
        _told[0].Format.ShouldBe(format);
        _told[0].Entries.Keys.ShouldBe(["config:a"]);
        Read(_told[0]).ShouldBe("x");
        Read(_told[1]).ShouldBe("x");
        Read(_told[2]).ShouldBe("y");
        _told[1].Version.ShouldBeGreaterThan(_told[0].Version);
        string? Read(KvSnapshotContents contents) => (string?)KvSerializer.Native(format).Deserialize<object>(new ReadOnlySequence<byte>(contents.Entries["config:a"]));
    }

    [Fact]
    public void WatchSnapshots_TellsTheStateOfTheSnapshot_NotOfNow()
    {
        using var store = _home.Open();
        using var watch = store.WatchSnapshots("k", _told.Add);
        store.Set("k", "saved");
        var renames = 0;
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename, _ =>
        {
            if (renames++ == 0)
            {
                store.Set("k", "later");
            }
        });

        store.Save();

        Encoding.UTF8.GetString(_told.ShouldHaveSingleItem().Entries["k"].Span).ShouldContain("saved");
        _told[0].Version.ShouldBeLessThan((long)store.LastSequence);
    }

    [Fact]
    public void WatchSnapshots_BegunWhileASnapshotIsWritten_IsToldOfTheNext()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        IDisposable? watch = null;
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew, _ => watch ??= store.WatchSnapshots("", _told.Add));

        store.Save();
        _told.ShouldBeEmpty();
        store.Set("k", 2);
        store.Save();

        _told.ShouldHaveSingleItem().Version.ShouldBe((long)store.LastSequence);
        watch.ShouldNotBeNull().Dispose();
    }

    [Fact]
    public void WatchSnapshots_EndedWhileASnapshotIsWritten_IsNotToldOfIt()
    {
        using var store = _home.Open();
        using var other = store.WatchSnapshots("", _told.Add);
        var watch = store.WatchSnapshots("", _ => throw new InvalidOperationException("It was ended."));
        store.Set("k", 1);
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew, _ => watch.Dispose());

        store.Save();

        _told.Count.ShouldBe(1);
        _home.Log.Ids.ShouldNotContain(KvEventIds.WatcherFailed);
    }

    [Fact]
    public void WatchSnapshots_MayUseTheStore_AndSaveAgain()
    {
        using var store = _home.Open();
        using var watch = store.WatchSnapshots("", contents =>
        {
            if (_told.Count == 0)
            {
                _told.Add(contents);
                store.Set("by-watcher", 1);
                store.Save();
            }
        });
        store.Set("k", 1);

        store.Save();

        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void WatchSnapshots_WhatItThrows_IsLogged_AndConcernsNobodyElse()
    {
        using var store = _home.Open();
        using var bad = store.WatchSnapshots("", _ => throw new InvalidOperationException("mine"));
        using var good = store.WatchSnapshots("", _told.Add);
        store.Set("k", 1);

        store.Save().ShouldNotBeNull();

        _told.Count.ShouldBe(1);
        _home.Log.Ids.ShouldContain(KvEventIds.WatcherFailed);
    }

    [Fact]
    public void WatchSnapshots_ASaveThatFails_OrWithNothingNew_IsNotTold()
    {
        using var store = _home.Open();
        using var watch = store.WatchSnapshots("", _told.Add);
        store.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace, times: 1);

        Should.Throw<KvStoreUnavailableException>(() => store.Save());
        _told.ShouldBeEmpty();
        store.Save();
        store.Save();
        _told.Count.ShouldBe(1);
    }

    [Fact]
    public void WatchSnapshots_Disposed_IsToldNothingMore()
    {
        using var store = _home.Open();
        store.WatchSnapshots("", _told.Add).Dispose();
        store.Set("k", 1);

        store.Save();

        _told.ShouldBeEmpty();
    }

    [Fact]
    public void WatchSnapshots_Arguments_AreChecked()
    {
        var store = _home.Open();

        Should.Throw<ArgumentNullException>(() => store.WatchSnapshots(null!, _told.Add)).ParamName.ShouldBe("prefix");
        Should.Throw<ArgumentNullException>(() => store.WatchSnapshots("", null!)).ParamName.ShouldBe("saved");
        store.Dispose();
        Should.Throw<ObjectDisposedException>(() => store.WatchSnapshots("", _told.Add));
    }

    [Fact]
    public void NativeSerializer_ReadsWhatAStoreWithAnotherSerializerKeepsForAdapters()
    {
        using var store = _home.Open(options => options.Serializer = new ShoutingSerializer());
        var native = KvSerializer.Native(store.Format);
        var buffer = new ArrayBufferWriter<byte>();
        native.Serialize("quiet", buffer);

        store.SetEncoded("k", new ReadOnlySequence<byte>(buffer.WrittenMemory));
        var read = new ArrayBufferWriter<byte>();
        store.TryReadEncoded("k", read, out _).ShouldBeTrue();

        native.Deserialize<object>(new ReadOnlySequence<byte>(read.WrittenMemory)).ShouldBe("quiet");
    }

    /// <summary>Somebody's own serializer.</summary>
    private sealed class ShoutingSerializer : IKvSerializer
    {
        public string Name => "shouting";

        public void Serialize<T>(T value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes(value!.ToString()!.ToUpperInvariant()));

        public T Deserialize<T>(ReadOnlySequence<byte> source) => (T)(object)Encoding.UTF8.GetString(source);
    }
}
