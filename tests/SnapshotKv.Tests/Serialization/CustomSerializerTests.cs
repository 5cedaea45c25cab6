using System.Buffers;
using System.Globalization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Serialization;

/// <summary>A serializer of the user's in place of the store's own, in stores of both formats.</summary>
public sealed class CustomSerializerTests
{
    private readonly StoreHome _home = new();

    public static TheoryData<KvFormat> Formats => [KvFormat.MessagePack, KvFormat.Json];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task TypedOperations_WithACustomSerializer_GoThroughIt(KvFormat format)
    {
        var token = TestContext.Current.CancellationToken;
        using var store = Open(format, new NamedSerializer("text"));

        store.Set("a", "ü");
        await store.SetAsync("b", "", cancellationToken: token);
        store.Set<string?>("c", null);

        store.TryGet<string>("a", out var value).ShouldBeTrue();
        value.ShouldBe("ü");
        (await store.GetAsync<string>("b", token)).Value.ShouldBe("");
        store.TryGet<string>("c", out var nothing).ShouldBeTrue();
        nothing.ShouldBeNull();
        store.Scan<string>().Select(pair => pair.Value).ShouldBe(["ü", "", null]);
        store.GetPartition("a").TryGet<string>("", out var inside).ShouldBeTrue();
        inside.ShouldBe("ü");
        store.Serializer.Name.ShouldBe("text");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_WithACustomSerializer_KeepsItsBytesAsPlainBytes(KvFormat format)
    {
        using var store = Open(format, new NamedSerializer("text"));

        store.Set("a", "ü");

        store.TryGetBytes("a", out var bytes).ShouldBeTrue();
        bytes.ShouldBe("text:ü"u8.ToArray());
        var encoded = Encoded(store, "a");
        encoded.ShouldBe(format == KvFormat.Json ? [.. "\"dGV4dDrDvA==\""u8] : [0xc4, 7, .. "text:ü"u8]);
        store.SetBytes("b", "text:x"u8);
        store.TryGet<string>("b", out var value).ShouldBeTrue();
        value.ShouldBe("x");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(70_000)]
    public void TryGet_OfEveryWidth_ComesBack(int length)
    {
        foreach (var format in Enum.GetValues<KvFormat>())
        {
            using var store = Open(format, new NamedSerializer("text"));
            var text = new string('x', length);

            store.Set("a", text);

            store.TryGet<string>("a", out var value).ShouldBeTrue();
            value.ShouldBe(text);
        }
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, KvFormat.Json)]
    [InlineData(KvFormat.Json, KvFormat.MessagePack)]
    public void TryGet_AfterTheDirectoryWasConverted_ComesBack(KvFormat before, KvFormat after)
    {
        using (var store = Open(before, new NamedSerializer("text")))
        {
            store.Set("a", "ü");
        }

        using var reopened = Open(after, new NamedSerializer("text"));

        reopened.TryGet<string>("a", out var value).ShouldBeTrue();
        value.ShouldBe("ü");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_SerializerThatThrows_NamesKeySerializerAndCauseAndChangesNothing(KvFormat format)
    {
        var serializer = new NamedSerializer("text");
        using var store = Open(format, serializer);
        store.Set("a", "before");
        foreach (var cause in new Exception[] { new InvalidOperationException("no luck"), new FormatException("no luck"), new IOException("no luck") })
        {
            serializer.OnSerialize = () => throw cause;

            var error = Should.Throw<KvSerializationException>(() => store.Set("a", "after"));

            error.Key.ShouldBe("a");
            error.Message.ShouldBe($"Key 'a': The serializer 'text' cannot write a value of type String: {cause.GetType().Name}: no luck");
            RootOf(error).ShouldBeSameAs(cause);
        }

        store.TryGet<string>("a", out var value).ShouldBeTrue();
        value.ShouldBe("before");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_SerializerThatThrows_NamesKeySerializerAndCause(KvFormat format)
    {
        var serializer = new NamedSerializer("text");
        using var store = Open(format, serializer);
        store.Set("a", "x");
        var cause = new IOException("no luck");
        serializer.OnDeserialize = () => throw cause;

        var error = Should.Throw<KvSerializationException>(() => store.TryGet<string>("a", out _));

        error.Key.ShouldBe("a");
        error.Message.ShouldBe("Key 'a': The serializer 'text' cannot read the value as String: IOException: no luck");
        RootOf(error).ShouldBeSameAs(cause);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TypedOperations_Cancelled_PassTheCancellationOn(KvFormat format)
    {
        var serializer = new NamedSerializer("text");
        using var store = Open(format, serializer);
        store.Set("a", "x");
        serializer.OnSerialize = serializer.OnDeserialize = () => throw new OperationCanceledException();

        Should.Throw<OperationCanceledException>(() => store.Set("a", "y"));
        Should.Throw<OperationCanceledException>(() => store.TryGet<string>("a", out _));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_ValueOfTheStoresOwn_SaysThatItIsNotTheSerializers(KvFormat format)
    {
        using var store = Open(format, new NamedSerializer("text"));
        store.SetEncoded("a", new ReadOnlySequence<byte>(format == KvFormat.Json ? "[1]"u8.ToArray() : [0x91, 0x01]));

        var error = Should.Throw<KvSerializationException>(() => store.TryGet<string>("a", out _));

        error.Key.ShouldBe("a");
        error.Message.ShouldContain("holds an array, but String was asked for from the bytes of the serializer 'text'");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void GetPartition_WithASerializerOfItsOwn_UsesItBesideTheStores(KvFormat format)
    {
        using var store = _home.Open(options => options.Format = format);
        var partition = store.GetPartition("texts:", new KvPartitionOptions { Serializer = new NamedSerializer("text") });
        store.Set("number", 5);
        partition.Set("a", "x");

        partition.TryGet<string>("a", out var value).ShouldBeTrue();
        value.ShouldBe("x");
        partition.GetPartition("inner:").Set("b", "y");
        store.TryGetBytes("texts:inner:b", out var bytes).ShouldBeTrue();
        bytes.ShouldBe("text:y"u8.ToArray());
        store.TryGet<int>("number", out var number).ShouldBeTrue();
        number.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TypedOperations_InAPartitionOfAnotherSerializer_NamePrefixAndBothAndLeaveBytesFree(KvFormat format)
    {
        using var store = _home.Open(options => options.Format = format);
        store.GetPartition("texts:", new KvPartitionOptions { Serializer = new NamedSerializer("text") }).Set("a", "x");

        foreach (var other in new IKvStore[]
        {
            store.GetPartition("texts:"),
            store.GetPartition("texts:").GetPartition("inner:"),
            store.GetPartition("texts:", new KvPartitionOptions { Serializer = new NamedSerializer("other") }),
        })
        {
            other.SetBytes("there", "text:x"u8);
            Should.Throw<KvSerializationException>(() => other.TryGet<string>("there", out _)).Message
                .ShouldStartWith("Key 'there': The typed values of the partition 'texts:' were written by the serializer 'text', and ");
            Should.Throw<KvSerializationException>(() => other.Set("b", "y")).Message.ShouldStartWith("Key 'b': The typed values of the partition 'texts:'");
            other.Exists("b").ShouldBeFalse();
        }

        var bytes = store.GetPartition("texts:");
        bytes.SetBytes("b", [1]);
        bytes.TryGetBytes("a", out _).ShouldBeTrue();
        bytes.Remove("b").ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TypedOperations_ReopenedWithAnotherSerializer_NameBothUntilTheStoreIsCleared(KvFormat format)
    {
        using (var store = Open(format, new NamedSerializer("text")))
        {
            store.Set("a", "x");
        }

        using (var other = Open(format, new NamedSerializer("other")))
        {
            var error = Should.Throw<KvSerializationException>(() => other.TryGet<string>("a", out _));
            error.Key.ShouldBe("a");
            error.Message.ShouldContain("The typed values of this store were written by the serializer 'text', and 'other' is set");
            Should.Throw<KvSerializationException>(() => other.Set("b", "y"));
        }

        using (var own = _home.Open(options => options.Format = format))
        {
            Should.Throw<KvSerializationException>(() => own.Set("b", "y")).Message.ShouldContain("'text'");
            own.Clear().ShouldBe(1);
            own.Set("b", "y");
        }

        using var reopened = Open(format, new NamedSerializer("text"));
        Should.Throw<KvSerializationException>(() => reopened.TryGet<string>("b", out _)).Message.ShouldContain($"'{(format == KvFormat.Json ? "json" : "messagepack")}'");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void GetPartition_ReopenedWithoutItsSerializer_IsRefused(KvFormat format)
    {
        using (var store = _home.Open(options => options.Format = format))
        {
            store.GetPartition("texts:", new KvPartitionOptions { Serializer = new NamedSerializer("text") }).Set("a", "x");
        }

        using var reopened = _home.Open(options => options.Format = format);
        Should.Throw<KvSerializationException>(() => reopened.GetPartition("texts:").TryGet<string>("a", out _)).Message.ShouldContain("'texts:'");
        reopened.GetPartition("texts:", new KvPartitionOptions { Serializer = new NamedSerializer("text") }).TryGet<string>("a", out var value).ShouldBeTrue();
        value.ShouldBe("x");
    }

    [Fact]
    public void Save_StoreOfBytesOnly_SaysNothingOfSerializers()
    {
        using (var store = _home.Open(options => options.Compression = KvCompression.None))
        {
            store.SetBytes("a", [1]);
        }

        System.Text.Encoding.Latin1.GetString(_home.ReadFile("snapshots/" + _home.Snapshots()[^1])).ShouldNotContain("serializers");
    }

    [Fact]
    public void GetPartition_SerializerWithoutANameOfItsOwn_IsRefused()
    {
        using var store = _home.Open();

        Should.Throw<ArgumentException>(() => store.GetPartition("p:", new KvPartitionOptions { Serializer = new NamedSerializer("json") }))
            .Message.ShouldContain("must have a name of 1 to 64 characters");
        Should.Throw<ArgumentException>(() => store.GetPartition("p:", new KvPartitionOptions { Serializer = store.Serializer }));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TypedConveniences_WithACustomSerializer_GoThroughIt(KvFormat format)
    {
        using var store = Open(format, new NamedSerializer("text"));

        store.GetOrCreate("a", () => "made").ShouldBe("made");
        store.TryAdd("b", "added").ShouldBeTrue();
        store.Commit(store.CreateBatch().Set("c", "batched"));
        using (var transaction = store.BeginTransaction())
        {
            transaction.TryGet<string>("a", out var inside).ShouldBeTrue();
            transaction.Set("d", inside + "!");
            transaction.Commit();
        }

        store.Scan<string>().Select(pair => pair.Value).ShouldBe(["made", "added", "batched", "made!"]);
        store.TryGetBytes("d", out var bytes).ShouldBeTrue();
        bytes.ShouldBe("text:made!"u8.ToArray());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("messagepack")]
    [InlineData("json")]
    public void Open_SerializerWithoutANameOfItsOwn_IsRefused(string? name) => Should.Throw<ArgumentException>(
        () => KvStore.Open(new SnapshotKvOptions { Serializer = new NamedSerializer(name!) })).Message.ShouldContain("Serializer must have a name of 1 to 64 characters");

    [Fact]
    public void Open_SerializerWithATooLongName_IsRefused() => new SnapshotKvOptions { Serializer = new NamedSerializer(new string('x', 65)) }
        .GetErrors().ShouldHaveSingleItem().ShouldContain("Serializer must");

    [Fact]
    public void TypedOperations_FromManyThreads_EachGetTheirOwn()
    {
        using var store = Open(KvFormat.MessagePack, new NamedSerializer("text"));

        Parallel.For(0, 2_000, i =>
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"k{i % 50}");
            store.Set(key, key + ":" + key);
            store.TryGet<string>(key, out var value).ShouldBeTrue();
            value.ShouldBe(key + ":" + key);
        });
    }

    private KvStore Open(KvFormat format, IKvSerializer serializer) => _home.Open(options =>
    {
        options.Format = format;
        options.Serializer = serializer;
    });

    private static byte[] Encoded(IKvStore store, string key)
    {
        var buffer = new ArrayBufferWriter<byte>();
        store.TryReadEncoded(key, buffer, out _).ShouldBeTrue();
        return buffer.WrittenSpan.ToArray();
    }

    private static Exception RootOf(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        return error;
    }
}
