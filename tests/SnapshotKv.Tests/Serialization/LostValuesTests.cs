using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json.Serialization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Serialization;

/// <summary>What would be stored and not come back is refused, or comes back.</summary>
public sealed class LostValuesTests
{
    public static TheoryData<KvFormat> Formats => [KvFormat.MessagePack, KvFormat.Json];

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_TypesThatWouldComeBackEmpty_AreRefused(KvFormat format)
    {
        using var store = Open(format);
        Refused(store, new BigInteger(5));
        Refused(store, new List<BigInteger> { 5 });
        Refused(store, new Complex(1, 2));
        Refused(store, new GetOnly(5));
        Refused(store, new FieldsOnly { Value = 5 });
        Refused(store, new KvResult<int>(5, 1));
        Refused(store, Task.FromResult(5));
        Refused(store, default(ValueTask<int>));
        Refused(store, default(ValueTask));
        store.Count().ShouldBe(0);

        store.Set("empty", new Marker());
        store.Set("constructor", new WithConstructor(5));
        store.Set("included", new WithIncluded(5));
        store.TryGet<Marker>("empty", out var marker).ShouldBeTrue();
        marker.ShouldNotBeNull();
        store.TryGet<WithConstructor>("constructor", out var made).ShouldBeTrue();
        made!.Value.ShouldBe(5);
        store.TryGet<WithIncluded>("included", out var included).ShouldBeTrue();
        included!.Value.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void GetOrCreate_WithAnAsynchronousFactory_IsRefusedInsteadOfStoringItsPromise(KvFormat format)
    {
        using var store = Open(format);
        Should.Throw<KvSerializationException>(() => { _ = store.GetOrCreate("k", async () => await Task.FromResult(5)); }).Message.ShouldContain("GetOrCreateAsync");
        store.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void GetOrCreate_OptionsThatAreRefused_FactoryDoesNotRun()
    {
        using var store = Open(KvFormat.MessagePack);
        Should.Throw<ArgumentOutOfRangeException>(() => store.GetOrCreate("k", Never, new KvEntryOptions { TimeToLive = TimeSpan.Zero }));
        Should.Throw<ArgumentException>(() => store.GetOrCreate("k", Never, new KvEntryOptions { Tags = [""] }));

        static int Never() => throw new InvalidOperationException("It runs for nothing.");
    }

    [Fact]
    public void Open_MessagePackAsJson_GuidsSpansAndBytesComeThrough()
    {
        var home = new StoreHome();
        var id = Guid.NewGuid();
        var types = new Types { Id = id, Span = TimeSpan.FromTicks(1234567), Bytes = [1, 2, 3] };
        using (var store = home.Open())
        {
            store.Set("id", id);
            store.Set("span", TimeSpan.FromTicks(1234567));
            store.Set("bytes", new byte[] { 1, 2, 3 });
            store.Set("class", types);
        }

        using var json = home.Open(options => options.Format = KvFormat.Json);
        json.TryGet<Guid>("id", out var readId).ShouldBeTrue();
        readId.ShouldBe(id);
        json.TryGet<TimeSpan>("span", out var span).ShouldBeTrue();
        span.ShouldBe(TimeSpan.FromTicks(1234567));
        json.TryGet<byte[]>("bytes", out var bytes).ShouldBeTrue();
        bytes.ShouldBe([1, 2, 3]);
        json.TryGet<Types>("class", out var read).ShouldBeTrue();
        (read!.Id, read.Span).ShouldBe((types.Id, types.Span));
        read.Bytes.ShouldBe(types.Bytes);
    }

    [Fact]
    public void Open_JsonAsMessagePack_BytesAreAnErrorAndNeverOthers()
    {
        var home = new StoreHome();
        using (var store = home.Open(options => options.Format = KvFormat.Json))
        {
            store.Set("typed", new byte[] { 1, 2, 3 });
            store.SetBytes("bytes", [1, 2, 3]);
        }

        using var converted = home.Open();
        Should.Throw<KvSerializationException>(() => converted.TryGet<byte[]>("typed", out _)).Key.ShouldBe("typed");
        Should.Throw<KvSerializationException>(() => converted.TryGetBytes("bytes", out _)).Key.ShouldBe("bytes");
        converted.TryGet<string>("typed", out var text).ShouldBeTrue();
        Convert.FromBase64String(text!).ShouldBe([1, 2, 3]);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Serializer_ThatWritesNoBytes_IsReadBack(KvFormat format)
    {
        var home = new StoreHome();
        using (var store = home.Open(Change))
        {
            store.Set("k", "");
            store.TryGet<string>("k", out var value).ShouldBeTrue();
            value.ShouldBe("");
        }

        using var other = home.Open(options =>
        {
            Change(options);
            options.Format = 1 - format;
        });
        other.TryGet<string>("k", out var converted).ShouldBeTrue();
        converted.ShouldBe("");

        void Change(SnapshotKvOptions options) => (options.Format, options.Serializer) = (format, new BareText());
    }

    [Fact]
    public void NullArrays_AreNotEmptyOnes()
    {
        using var store = new StoreHome().Open();
        store.SetBlob("k", 1, "precious"u8);
        byte[] none = null!;
        Should.Throw<ArgumentNullException>(() => store.SetBytes("k", none));
        Should.Throw<ArgumentNullException>(() => ((IKvStore)store).SetBytes("k", none));
        Should.Throw<ArgumentNullException>(() => store.UpdateBlob("k", none));
        Should.Throw<ArgumentNullException>(() => ((IKvBlobs)store).UpdateBlob("k", none));
        Should.Throw<ArgumentNullException>(() => store.SetBlob("k", 1, none));
        using (var transaction = store.BeginTransaction())
        {
            Should.Throw<ArgumentNullException>(() => transaction.SetBytes("k", none));
            Should.Throw<ArgumentNullException>(() => transaction.UpdateBlob("k", none));
        }

        store.GetBlob("k").ShouldBe("precious"u8.ToArray());
    }

    private static KvStore Open(KvFormat format) => KvStore.Open(new SnapshotKvOptions { Format = format });

    private static void Refused<T>(KvStore store, T value) =>
        Should.Throw<KvSerializationException>(() => store.Set("k", value), typeof(T).Name).Key.ShouldBe("k");

    private sealed class BareText : IKvSerializer
    {
        public string Name => "bare-text";

        public void Serialize<T>(T value, IBufferWriter<byte> target) => target.Write(Encoding.UTF8.GetBytes((string)(object)value!));

        public T? Deserialize<T>(ReadOnlySequence<byte> source) => (T)(object)Encoding.UTF8.GetString(source);
    }

    private readonly struct GetOnly(int value)
    {
        public int Value => value;
    }

    private sealed class FieldsOnly
    {
#pragma warning disable CA1051 // The field is what is to be refused.
        public int Value;
#pragma warning restore CA1051
    }

    private sealed class Marker;

    private sealed class WithConstructor(int value)
    {
        public int Value { get; } = value;
    }

    private sealed class WithIncluded
    {
        [JsonConstructor]
        private WithIncluded()
        {
        }

        public WithIncluded(int value) => Value = value;

        [JsonInclude]
        public int Value { get; private set; }
    }

    private sealed class Types
    {
        public Guid Id { get; set; }

        public TimeSpan Span { get; set; }

        public byte[] Bytes { get; set; } = [];
    }
}
