using Newtonsoft.Json;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/custom-serializers.md</c>, run.</summary>
public sealed class CustomSerializersGuideTests
{
    [Fact]
    public void Guide_EachBlock_DoesWhatThePageSays()
    {
        using var temporary = new TemporaryDirectory();
        var directory = Path.Combine(temporary.Path, "data");
        var order = new Order { Lines = { new() { Article = "tea", Count = 2 }, new() { Article = "cup", Count = 1 } } };

        // begin open
        using (var store = KvStore.Open(directory, new SnapshotKvOptions { Serializer = new NewtonsoftKvSerializer() }))
        {
            store.Set("order:1", order);
        }

        // end open
        using var reopened = KvStore.Open(directory, new SnapshotKvOptions { Serializer = new NewtonsoftKvSerializer() });
        reopened.TryGet<Order>("order:1", out var read).ShouldBeTrue();
        read!.Lines.Select(line => (line.Article, line.Count)).ShouldBe([("tea", 2), ("cup", 1)]);

        // begin bytes
        reopened.TryGetBytes("order:1", out var json);
        // end bytes
        json.ShouldBe("""{"Lines":[{"Article":"tea","Count":2},{"Article":"cup","Count":1}]}"""u8.ToArray());

        var compact = new JsonSerializerSettings { DefaultValueHandling = DefaultValueHandling.Ignore };

        // begin partition
        var partition = reopened.GetPartition("orders:", new KvPartitionOptions { Serializer = new NewtonsoftKvSerializer(compact) });
        partition.Set("2", order);
        // end partition
        partition.TryGet<Order>("2", out var second).ShouldBeTrue();
        second!.Lines.Count.ShouldBe(2);

        // begin failure
        try
        {
            reopened.TryGet<List<int>>("order:1", out _);
        }
        catch (KvSerializationException failure)
        {
            var library = (JsonException)failure.InnerException!;
            Console.Error.WriteLine($"{failure.Key}: {library.Message}");
        }

        // end failure
        var error = Should.Throw<KvSerializationException>(() => reopened.TryGet<List<int>>("order:1", out _));
        error.Key.ShouldBe("order:1");
        error.InnerException.ShouldBeAssignableTo<JsonException>();
    }

    private sealed class Order
    {
        public List<Line> Lines { get; } = [];
    }

    private sealed class Line
    {
        public string Article { get; set; } = "";

        public int Count { get; set; }
    }
}
