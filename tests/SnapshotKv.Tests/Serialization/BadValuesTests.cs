using System.Buffers;
using System.Text;
using SnapshotKv.Tests.MessagePack;
using SnapshotKv.Tests.Store;
using static SnapshotKv.Tests.Serialization.BadTypes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>
/// Values that cannot be written or read, seen from a store of each format: a typed error that names the key, the entry as it was, and the store
/// going on.
/// </summary>
public sealed class BadValuesTests : IDisposable
{
    private const string Key = "the key";

    private readonly Dictionary<KvFormat, KvStore> _stores = Enum.GetValues<KvFormat>()
        .ToDictionary(format => format, format => new StoreHome().Open(options => options.Format = format));

    public static TheoryData<KvFormat> Formats => [KvFormat.MessagePack, KvFormat.Json];

    public void Dispose()
    {
        foreach (var store in _stores.Values)
        {
            store.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_GraphWithACycle_IsRefused(KvFormat format)
    {
        var node = new Shapes.Node();
        node.Next = new Shapes.Node { Next = node };
        var list = new List<object?>();
        list.Add(new Dictionary<string, object?> { ["list"] = list });
        var children = new RecordNode[2];
        var record = new RecordNode(children);
        children.AsSpan().Fill(record);
        var throughRecord = new List<object?> { record };

        RefusedOnWrite(format, node).Message.ShouldContain(format == KvFormat.Json ? "cycle" : "does it contain itself?");
        RefusedOnWrite(format, list);
        RefusedOnWrite<object>(format, list);
        RefusedOnWrite(format, record);
        RefusedOnWrite(format, throughRecord);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_UserCodeThatThrows_NamesTypeAndCause(KvFormat format)
    {
        Cause(RefusedOnWrite(format, new Touchy("no write"))).ShouldBe("will not write");
        Cause(RefusedOnWrite(format, new HasTouchy { Inner = new("no write") })).ShouldBe("will not write");
        Cause(RefusedOnWrite(format, new ThrowingGetter { Before = -1 })).ShouldBe("no getting");
        Cause(RefusedOnWrite(format, new List<object?> { 1, new ThrowingGetter { Before = -1 } })).ShouldBe("no getting");
        Cause(RefusedOnWrite(format, Throwing())).ShouldBe("no element");

        static IEnumerable<int> Throwing()
        {
            yield return 1;
            throw new Failure("no element");
        }
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_UserCodeThatThrows_NamesTypeAndCause(KvFormat format)
    {
        Store(format, new Touchy("no read"));
        Cause(RefusedOnRead<Touchy>(format)).ShouldBe("will not read");
        Store(format, new HasTouchy { Inner = new("no read") });
        Cause(RefusedOnRead<HasTouchy>(format)).ShouldBe("will not read");
        Store(format, new Dictionary<string, int> { ["Before"] = 1, ["Value"] = -1 });
        Cause(RefusedOnRead<ThrowingSetter>(format)).ShouldBe("no setting");
        Cause(RefusedOnRead<ThrowingConstructor>(format)).ShouldBe("no making");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task AsyncOperations_ThatFail_NameTheKeyToo(KvFormat format)
    {
        var token = TestContext.Current.CancellationToken;
        var store = Store(format, "text");

        (await Should.ThrowAsync<KvSerializationException>(async () => await store.GetAsync<int>(Key, token))).Key.ShouldBe(Key);
        (await Should.ThrowAsync<KvSerializationException>(async () => await store.SetAsync(Key, new Touchy("no write"), cancellationToken: token))).Key.ShouldBe(Key);

        (await store.GetAsync<string>(Key, token)).Value.ShouldBe("text");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_MembersAddedRemovedWidenedOrRenumbered_AreReadAsFarAsTheyGo(KvFormat format)
    {
        var store = Store(format, new Version1 { Count = 5, Name = "n", Gone = "g", Kind = Old.Second });

        store.TryGet<Version2>(Key, out var value).ShouldBeTrue();

        value!.Count.ShouldBe(5);
        value.Name.ShouldBe("n");
        value.Added.ShouldBe("as made");
        value.Kind.ShouldBe(New.Zweit);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_MembersOfAnotherType_NamesThePlace(KvFormat format)
    {
        Store(format, new Version1 { Count = 300, Name = "n" });

        RefusedOnRead<Retyped>(format).Message.ShouldContain("$.Name");
        RefusedOnRead<NarrowCount>(format).Message.ShouldContain("$.Count");
        RefusedOnRead<List<Version1>>(format).Message.ShouldContain("List<Version1>");
        RefusedOnRead<Dictionary<string, int>>(format);
        RefusedOnRead<int>(format).Message.ShouldContain("Int32");

        Store(format, new Dictionary<string, object?> { ["Count"] = null });
        RefusedOnRead<Version1>(format).Message.ShouldContain("$.Count");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_RequiredMemberThatIsNotThere_NamesIt(KvFormat format)
    {
        Store(format, new Version1());

        RefusedOnRead<WithRequired>(format).Message.ShouldContain("'Title'");
        RefusedOnRead<RequiredRecord>(format).Message.ShouldContain("'Title'");
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void TryGet_EnumTextThatWasRenamed_IsRefused(KvFormat format)
    {
        Store(format, OldText.First);
        RefusedOnRead<NewText>(format).Message.ShouldContain("NewText");

        Store(format, Old.First);
        _stores[format].TryGet<New>(Key, out var renumbered).ShouldBeTrue();
        renumbered.ShouldBe(New.Erst);
    }

    [Theory]
    [InlineData("", "no bytes")]
    [InlineData("c1", "the unused code")]
    [InlineData("ddffffffff", "four billion elements")]
    [InlineData("dfffffffff", "four billion pairs")]
    [InlineData("dbffffffff61", "four billion characters")]
    [InlineData("c6ffffffff61", "four billion bytes")]
    [InlineData("dd000f4240 01", "a million elements, one there")]
    [InlineData("82a161", "cut in a map")]
    [InlineData("c9000000010500", "an unknown extension")]
    [InlineData("c70cff3b9aca000000000000000000", "a damaged instant")]
    [InlineData("81a2c328 01", "a key that is not UTF-8")]
    [InlineData("81 81a16101 01", "a map as key")]
    public void TryGet_HostileMessagePack_IsRefusedForEveryType(string hex, string what)
    {
        Put(KvFormat.MessagePack, Hex.Bytes(hex));

        RefusedOnRead<object>(KvFormat.MessagePack, what);
        RefusedOnRead<Version1>(KvFormat.MessagePack, what);
        RefusedOnRead<RecordNode>(KvFormat.MessagePack, what);
        RefusedOnRead<Dictionary<string, int>>(KvFormat.MessagePack, what);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"Name\":")]
    [InlineData("[1 2]")]
    [InlineData("1 2")]
    [InlineData("{} x")]
    [InlineData("{\"Name\":\"\u00ff\"}")]
    [InlineData("{\"Name\":\"\\ud800\"}")]
    [InlineData("{\"Count\":1e999}")]
    [InlineData("nul")]
    [InlineData("// x\n1")]
    public void TryGet_HostileJson_IsRefusedForEveryType(string latin1)
    {
        Put(KvFormat.Json, Encoding.Latin1.GetBytes(latin1));

        RefusedOnRead<object>(KvFormat.Json, latin1);
        RefusedOnRead<Version1>(KvFormat.Json, latin1);
        RefusedOnRead<List<string>>(KvFormat.Json, latin1);
    }

    [Theory]
    [InlineData(66)]
    [InlineData(100_000)]
    public void TryGet_NestedTooDeep_IsRefused(int depth)
    {
        Put(KvFormat.MessagePack, [.. Enumerable.Repeat<byte[]>([0x81, 0xa4, .. "Next"u8], depth).SelectMany(bytes => bytes), 0xc0]);
        RefusedOnRead<object>(KvFormat.MessagePack).Message.ShouldContain("deeper than 64");
        RefusedOnRead<Shapes.Node>(KvFormat.MessagePack).Message.ShouldContain("deeper than 64");
        RefusedOnRead<RecordNode>(KvFormat.MessagePack).Message.ShouldContain("deeper than 64");

        Put(KvFormat.Json, Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"Next\":", depth)) + "null" + new string('}', depth)));
        RefusedOnRead<object>(KvFormat.Json);
        RefusedOnRead<Shapes.Node>(KvFormat.Json);
    }

    [Fact]
    public void TryGet_TextThatIsNotUtf8_IsRefusedAsTextAndReadAsBytes()
    {
        Put(KvFormat.MessagePack, Hex.Bytes("a2c328"));

        RefusedOnRead<string>(KvFormat.MessagePack).Message.ShouldContain("not UTF-8; read it as Byte[]");
        _stores[KvFormat.MessagePack].TryGet<byte[]>(Key, out var bytes).ShouldBeTrue();
        bytes.ShouldBe([0xc3, 0x28]);
    }

    [Fact]
    public void TryGet_JsonNameThatIsNotUtf8_IsRefusedUnlessItIsPassedOver()
    {
        var store = Put(KvFormat.Json, [.. "{\"Count\":1,\""u8, 0xff, .. "\":2}"u8]);

        RefusedOnRead<object>(KvFormat.Json);
        RefusedOnRead<Dictionary<string, int>>(KvFormat.Json);
        store.TryGet<Version1>(Key, out var value).ShouldBeTrue();
        value!.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, "82a5436f756e7401a5436f756e7402")]
    [InlineData(KvFormat.Json, "7b22436f756e74223a312c22436f756e74223a327d")]
    public void TryGet_RepeatedKeys_TheLastCounts(KvFormat format, string hex)
    {
        var store = Put(format, Hex.Bytes(hex));

        store.TryGet<Version1>(Key, out var value).ShouldBeTrue();
        value!.Count.ShouldBe(2);
        store.TryGet<Dictionary<string, int>>(Key, out var map).ShouldBeTrue();
        map!["Count"].ShouldBe(2);
        store.TryGet(Key, out object? untyped).ShouldBeTrue();
        ((Dictionary<string, object?>)untyped!)["Count"].ShouldBe(2L);
    }

    [Fact]
    public void TryGet_BytesBehindAMessagePackValue_AreIgnoredAsInGo()
    {
        var store = Put(KvFormat.MessagePack, [0x05, 0xc1, 0xff]);

        store.TryGet<int>(Key, out var value).ShouldBeTrue();
        value.ShouldBe(5);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, "")]
    [InlineData(KvFormat.MessagePack, "c1")]
    [InlineData(KvFormat.MessagePack, "0505")]
    [InlineData(KvFormat.MessagePack, "ddffffffff")]
    [InlineData(KvFormat.Json, "")]
    [InlineData(KvFormat.Json, "3120 32")]
    [InlineData(KvFormat.Json, "22ff22")]
    [InlineData(KvFormat.Json, "7b22ff223a317d")]
    [InlineData(KvFormat.Json, "5b")]
    public void SetEncoded_BytesThatAreNotOneValue_AreRefused(KvFormat format, string hex)
    {
        var store = Store(format, 1);

        Should.Throw<KvSerializationException>(() => store.SetEncoded(Key, new ReadOnlySequence<byte>(Hex.Bytes(hex)))).Key.ShouldBe(Key);

        store.TryGet<int>(Key, out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Set_TupleOfTheLanguage_IsRefusedRatherThanStoredAsNothing(KvFormat format)
    {
        RefusedOnWrite(format, (1, "a")).Message.ShouldContain("Use a record");
        RefusedOnWrite(format, new List<(int, int)> { (1, 2) }).Message.ShouldContain("Use a record");
        RefusedOnWrite(format, new { Pair = (1, 2) }).Message.ShouldContain("Use a record");
    }

    private KvStore Store<T>(KvFormat format, T value)
    {
        _stores[format].Set(Key, value);
        return _stores[format];
    }

    /// <summary>Puts bytes under the key that no operation would take, as a file may bring them.</summary>
    private KvStore Put(KvFormat format, byte[] encoded)
    {
        _stores[format].SetTrusted(Key, encoded, default);
        return _stores[format];
    }

    private KvSerializationException RefusedOnWrite<T>(KvFormat format, T value)
    {
        var store = Store(format, "before");

        var error = Should.Throw<KvSerializationException>(() => store.Set(Key, value));

        error.Key.ShouldBe(Key);
        error.Message.ShouldStartWith($"Key '{Key}': ");
        store.TryGet<string>(Key, out var kept).ShouldBeTrue();
        kept.ShouldBe("before");
        store.Count().ShouldBe(1);
        return error;
    }

    private KvSerializationException RefusedOnRead<T>(KvFormat format, string? what = null)
    {
        var store = _stores[format];

        var error = Should.Throw<KvSerializationException>(() => store.TryGet<T>(Key, out _), what);

        error.Key.ShouldBe(Key);
        error.Message.ShouldStartWith($"Key '{Key}': ");
        Should.Throw<KvSerializationException>(() => store.Scan<T>().ToList()).Key.ShouldBe(Key);

        // What does not look into the value goes on as in Go.
        store.Exists(Key).ShouldBeTrue();
        store.Count().ShouldBe(1);
        store.GetKeys().ShouldBe([Key]);
        return error;
    }

    /// <summary>The message of what user code threw, at the bottom of the exception.</summary>
    private static string Cause(Exception error)
    {
        while (error.InnerException is { } inner)
        {
            error = inner;
        }

        error.ShouldBeOfType<Failure>();
        return error.Message;
    }
}
