using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>The code of docs/guides/hosting.md, run.</summary>
public sealed class HostingGuideTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void KeyedStores()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });

        // begin keyed
        builder.Services.AddSnapshotKv(options => options.Path = "data/app");
        builder.Services.AddKeyedSnapshotKv("orders", options => options.Path = "data/orders");
        builder.Services.AddSingleton<OrderBook>();
        // end keyed
        using (var host = builder.Build())
        {
            host.Services.GetRequiredService<OrderBook>().Add("o-1", "a lamp");
        }

        using var orders = KvStore.Open(Path.Combine(_directory.Path, "data", "orders"));
        orders.GetKeys().ShouldBe(["cache:o-1", "o-1"]);
    }

    [Fact]
    public void OnTheBuilder()
    {
        using (var store = KvStore.Open(Path.Combine(_directory.Path, "data")))
        {
            store.Set("config:Greeting", "hello");
        }

        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = _directory.Path });

        // begin builder
        builder.AddSnapshotKv(options => options.Path = "data");
        var greeting = builder.Configuration["Greeting"];
        // end builder
        using var host = builder.Build();
        greeting.ShouldBe("hello");
        host.Services.GetRequiredService<IKvStore>().Exists("config:Greeting").ShouldBeTrue();
        host.Services.GetRequiredService<IConfiguration>()["Greeting"].ShouldBe("hello");
    }

    // begin keyed
    public sealed class OrderBook(
        [FromKeyedServices("orders")] IKvStore store,
        [FromKeyedServices("orders")] IDistributedCache cache)
    {
        public void Add(string number, string order)
        {
            store.Set(number, order);
            cache.SetString(number, "as it was shown last");
        }
    }

    // end keyed
}
