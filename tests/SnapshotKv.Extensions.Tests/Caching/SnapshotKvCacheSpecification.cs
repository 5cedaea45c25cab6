using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The rules of 3.1 in which providers differ or fall short, and on which ours is chosen; the buffers' rules stand in the other part.</summary>
public abstract partial class SnapshotKvCacheSpecification : DistributedCacheSpecification
{
    private ServiceProvider? _provider;

    protected override IDistributedCache Cache => Provider.GetRequiredService<IDistributedCache>();

    protected IBufferDistributedCache Buffers => Cache.ShouldBeAssignableTo<IBufferDistributedCache>()!;

    protected IKvStore Store => Provider.GetRequiredService<IKvStore>();

    protected ServiceProvider Provider => _provider ??= Open(configureCache: null);

    /// <summary>Where the store lives; null for memory-only.</summary>
    protected virtual string? Path => null;

    protected ServiceProvider Open(Action<SnapshotKvCacheOptions>? configureCache)
    {
        var builder = new ServiceCollection().AddSnapshotKv(options =>
        {
            options.Path = Path;
            options.TimeProvider = Clock;
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
        });
        if (configureCache is not null)
        {
            builder.ConfigureCache(configureCache);
        }

        return builder.Services.BuildServiceProvider();
    }

    protected void Close()
    {
        _provider?.Dispose();
        _provider = null;
    }

    protected override void Dispose(bool disposing) => Close();

    [Fact]
    public async Task Rule3_1_05_PastAbsoluteExpiration_IsRefusedByItsName_AndLeavesTheOldEntry()
    {
        Cache.Set("k", [1], NoExpiry);
        var past = new DistributedCacheEntryOptions { AbsoluteExpiration = Clock.GetUtcNow().AddTicks(-1) };

        foreach (var exception in new[]
        {
            Should.Throw<ArgumentOutOfRangeException>(() => Cache.Set("k", [2], past)),
            Should.Throw<ArgumentOutOfRangeException>(() => Buffers.Set("k", new ReadOnlySequence<byte>([2]), past)),
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Cache.SetAsync("k", [2], past, Token)),
            await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Buffers.SetAsync("k", new ReadOnlySequence<byte>([2]), past, Token).AsTask()),
        })
        {
            exception.ParamName.ShouldBe(nameof(DistributedCacheEntryOptions.AbsoluteExpiration));
            exception.ActualValue.ShouldBe(past.AbsoluteExpiration);
        }

        Reopen();
        Cache.Get("k").ShouldBe([1]);
    }

    [Fact]
    public void Rule3_1_05_AbsoluteExpirationEqualToNow_CountsAsPast()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => Cache.Set("k", [1], new() { AbsoluteExpiration = Clock.GetUtcNow() }))
            .ParamName.ShouldBe(nameof(DistributedCacheEntryOptions.AbsoluteExpiration));
        Reopen();

        Cache.Get("k").ShouldBeNull();
    }

    [Theory]
    [InlineData(5, 60)]
    [InlineData(60, 5)]
    [InlineData(-5, 60)]
    public void Rule3_1_06_OfBothAbsoluteForms_TheRelativeOneWins(int absoluteMinutes, int relativeMinutes)
    {
        Cache.Set("k", [1], new()
        {
            AbsoluteExpiration = Clock.GetUtcNow().AddMinutes(absoluteMinutes),
            AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(relativeMinutes),
        });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(relativeMinutes) - TimeSpan.FromTicks(1));
        Cache.Get("k").ShouldBe([1]);
        Clock.Advance(TimeSpan.FromTicks(1));
        Cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_07_EnumerationTimeToLiveAndExists_DoNotMoveASlidingExpiry()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(10) });
        Reopen();
        Clock.Advance(TimeSpan.FromMinutes(9));

        Store.GetKeys().ShouldBe(["cache:k"]);
        Store.Count("cache:").ShouldBe(1);
        Store.Exists("cache:k").ShouldBeTrue();
        Store.GetTimeToLive("cache:k").Remaining.ShouldBe(TimeSpan.FromMinutes(1));

        Clock.Advance(TimeSpan.FromMinutes(1));
        Cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_08_NoExpiry_TakesTheDefaultOfTheOptions()
    {
        Close();
        _provider = Open(options =>
        {
            options.DefaultTimeToLive = TimeSpan.FromMinutes(15);
            options.DefaultSlidingExpiration = TimeSpan.FromMinutes(10);
        });
        Cache.Set("k", [1], NoExpiry);
        Cache.Set("own", [2], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(9));
        Cache.Get("k").ShouldBe([1]);
        Clock.Advance(TimeSpan.FromMinutes(6));
        Cache.Get("k").ShouldBeNull();
        Clock.Advance(TimeSpan.FromMinutes(40));
        Cache.Get("own").ShouldBe([2]);
    }

    [Fact]
    public async Task Rule3_1_10_CancelledToken_ThrowsBeforeAnyEffect()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(10) });
        Clock.Advance(TimeSpan.FromMinutes(9));
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => Cache.GetAsync("k", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Cache.RefreshAsync("k", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Cache.RemoveAsync("k", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Cache.SetAsync("k", [2], NoExpiry, cancelled));
        Reopen();

        Store.GetTimeToLive("cache:k").Remaining.ShouldBe(TimeSpan.FromMinutes(1));
        Cache.Get("k").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_1_10_TokenCancelledOnTheWay_LeavesTheOldEntryOrTheNewOne()
    {
        using var giveUp = new CancellationTokenSource();
        using var value = new ObservedBytes([7, 8, 9], () => giveUp.Cancel());
        Cache.Set("k", [1], NoExpiry);

        var setting = Buffers.SetAsync("k", new ReadOnlySequence<byte>(value.Memory), NoExpiry, giveUp.Token).AsTask();
        await Task.WhenAny(setting);
        giveUp.IsCancellationRequested.ShouldBeTrue("the token is cancelled while the value is read");
        Reopen();

        Cache.Get("k").ShouldBe(setting.IsCompletedSuccessfully ? [7, 8, 9] : [1]);
    }

    [Fact]
    public async Task Rule3_1_10_NullArgument_IsRefusedEvenWithACancelledToken()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<ArgumentNullException>(() => Cache.GetAsync(null!, cancelled));
        await Should.ThrowAsync<ArgumentNullException>(() => Cache.SetAsync("k", [1], null!, cancelled));
    }

    [Fact]
    public void Rule3_1_10_AsynchronousForms_CompleteBeforeTheyReturn()
    {
        Cache.SetAsync("k", [1], NoExpiry, Token).IsCompletedSuccessfully.ShouldBeTrue();
        Cache.GetAsync("k", Token).IsCompletedSuccessfully.ShouldBeTrue();
        Cache.GetAsync("none", Token).IsCompletedSuccessfully.ShouldBeTrue();
        Cache.RefreshAsync("k", Token).IsCompletedSuccessfully.ShouldBeTrue();
        Cache.RemoveAsync("k", Token).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task Rule3_1_11_Values_AreCopiedInAndOut()
    {
        byte[] written = [1, 2, 3];
        Cache.Set("sync", written, NoExpiry);
        await Cache.SetAsync("async", written, NoExpiry, Token);
        Array.Clear(written);
        Reopen();

        foreach (var key in new[] { "sync", "async" })
        {
            Array.Clear(Cache.Get(key)!);
            Array.Clear((await Cache.GetAsync(key, Token))!);
            Cache.Get(key).ShouldBe([1, 2, 3]);
        }
    }

    [Fact]
    public async Task Rule3_1_12_AfterDisposal_EverythingThrowsObjectDisposed()
    {
        var cache = Cache;
        var buffers = Buffers;
        cache.Set("k", [1], NoExpiry);
        Close();

        Should.Throw<ObjectDisposedException>(() => cache.Get("k"));
        Should.Throw<ObjectDisposedException>(() => cache.Set("k", [1], NoExpiry));
        Should.Throw<ObjectDisposedException>(() => cache.Refresh("k"));
        Should.Throw<ObjectDisposedException>(() => cache.Remove("k"));
        Should.Throw<ObjectDisposedException>(() => buffers.TryGet("k", new ArrayBufferWriter<byte>()));
        Should.Throw<ObjectDisposedException>(() => buffers.Set("k", new ReadOnlySequence<byte>([1]), NoExpiry));
        await Should.ThrowAsync<ObjectDisposedException>(() => cache.GetAsync("k", Token));
        await Should.ThrowAsync<ObjectDisposedException>(() => cache.SetAsync("k", [1], NoExpiry, Token));
        await Should.ThrowAsync<ObjectDisposedException>(() => cache.RefreshAsync("k", Token));
        await Should.ThrowAsync<ObjectDisposedException>(() => cache.RemoveAsync("k", Token));
        await Should.ThrowAsync<ObjectDisposedException>(() => buffers.TryGetAsync("k", new ArrayBufferWriter<byte>(), Token).AsTask());
        await Should.ThrowAsync<ObjectDisposedException>(() => buffers.SetAsync("k", new ReadOnlySequence<byte>([1]), NoExpiry, Token).AsTask());
    }

    [Fact]
    public async Task Rule3_1_12_DisposalTwice_IsSilent()
    {
        var provider = Provider;
        var store = provider.GetRequiredService<KvStore>();
        await provider.DisposeAsync();

        await provider.DisposeAsync();
        provider.Dispose();
        store.Dispose();
        await store.DisposeAsync();
    }

    [Fact]
    public void Rule3_1_13_KeyBeyondTheLimit_IsRefusedWithTheLimit()
    {
        var longest = new string('k', 65_535 - "cache:".Length);
        Cache.Set(longest, [1], NoExpiry);
        var exception = Should.Throw<ArgumentException>(() => Cache.Set(longest + "k", [1], NoExpiry));
        Reopen();

        exception.ParamName.ShouldBe("key");
        exception.Message.ShouldContain("65535");
        Cache.Get(longest).ShouldBe([1]);
    }

    [Fact]
    public void Rule3_1_14_TheRegisteredCache_IsOneInstance()
    {
        Cache.ShouldBeSameAs(Provider.GetRequiredService<IBufferDistributedCache>());
        Provider.GetServices<IDistributedCache>().ShouldHaveSingleItem();
    }

    [Fact]
    public void Rule3_1_14_OfSeveralCaches_TheLastRegisteredOneIsInjected()
    {
        var other = new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions()));
        using var ours = new ServiceCollection().AddSingleton<IDistributedCache>(other).AddSnapshotKv().Services.BuildServiceProvider();
        using var others = new ServiceCollection().AddSnapshotKv().Services.AddSingleton<IDistributedCache>(other).AddSnapshotKv().Services.BuildServiceProvider();

        ours.GetRequiredService<IDistributedCache>().ShouldBeOfType<SnapshotKvDistributedCache>();
        others.GetRequiredService<IDistributedCache>().ShouldBeSameAs(other, "calling ours once more adds nothing after it");
    }

    [Fact]
    public void Get_AnotherKindOfValueUnderTheKey_IsATypedErrorThatNamesTheKey()
    {
        Store.GetPartition("cache:").Set("written-by-hand", "text");
        Reopen();

        Should.Throw<KvSerializationException>(() => Cache.Get("written-by-hand")).Key.ShouldBe("written-by-hand");
        Should.Throw<KvSerializationException>(() => Buffers.TryGet("written-by-hand", new ArrayBufferWriter<byte>())).Message.ShouldContain("written-by-hand");
    }

    protected override async Task TouchAsync(string operation, string key)
    {
        switch (operation)
        {
            case "TryGet":
                Buffers.TryGet(key, new ArrayBufferWriter<byte>()).ShouldBeTrue();
                break;
            case "TryGetAsync":
                (await Buffers.TryGetAsync(key, new ArrayBufferWriter<byte>(), Token)).ShouldBeTrue();
                break;
            default:
                await base.TouchAsync(operation, key);
                break;
        }
    }
}
