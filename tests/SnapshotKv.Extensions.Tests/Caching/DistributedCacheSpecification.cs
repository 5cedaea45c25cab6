using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>
/// The rules of <see cref="IDistributedCache"/> on which the framework's own memory cache agrees with ours, numbered as in docs/contracts.md,
/// section 3.1. It runs on that one too, so that the suite itself is checked.
/// </summary>
public abstract class DistributedCacheSpecification : IDisposable
{
    protected static readonly DistributedCacheEntryOptions NoExpiry = new();

    protected ManualTimeProvider Clock { get; } = new();

    protected abstract IDistributedCache Cache { get; }

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Stands between what a test writes and what it reads; closes and reopens the store where that is under test.</summary>
    protected virtual void Reopen()
    {
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);

    [Fact]
    public async Task Rule3_1_01_NullArguments_AreRefusedByName()
    {
        Should.Throw<ArgumentNullException>(() => Cache.Get(null!)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Cache.Remove(null!)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Cache.Refresh(null!)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Cache.Set(null!, [1], NoExpiry)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Cache.Set("k", null!, NoExpiry)).ParamName.ShouldBe("value");
        Should.Throw<ArgumentNullException>(() => Cache.Set("k", [1], null!)).ParamName.ShouldBe("options");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.GetAsync(null!, Token))).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.RemoveAsync(null!, Token))).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.RefreshAsync(null!, Token))).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.SetAsync(null!, [1], NoExpiry, Token))).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.SetAsync("k", null!, NoExpiry, Token))).ParamName.ShouldBe("value");
        (await Should.ThrowAsync<ArgumentNullException>(() => Cache.SetAsync("k", [1], null!, Token))).ParamName.ShouldBe("options");
        Cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_01_EmptyKey_IsAKey()
    {
        Cache.Set(string.Empty, [1, 2], NoExpiry);
        Reopen();

        Cache.Get(string.Empty).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Rule3_1_02_MissingKey_IsNull_AndRemovingOrRefreshingItDoesNothing()
    {
        Cache.Remove("none");
        Cache.Refresh("none");
        await Cache.RemoveAsync("none", Token);
        await Cache.RefreshAsync("none", Token);
        Reopen();

        Cache.Get("none").ShouldBeNull();
        (await Cache.GetAsync("none", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Rule3_1_02_ExpiredKey_IsNull_AndRefreshingDoesNotBringItBack()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(1));
        Cache.Refresh("k");

        Cache.Get("k").ShouldBeNull();
        (await Cache.GetAsync("k", Token)).ShouldBeNull();
    }

    [Fact]
    public async Task Rule3_1_02_RemovedKey_IsNull()
    {
        Cache.Set("a", [1], NoExpiry);
        Cache.Set("b", [2], NoExpiry);
        Cache.Set("c", [3], NoExpiry);
        Reopen();

        Cache.Remove("a");
        await Cache.RemoveAsync("b", Token);
        Reopen();

        Cache.Get("a").ShouldBeNull();
        Cache.Get("b").ShouldBeNull();
        Cache.Get("c").ShouldBe([3]);
    }

    [Fact]
    public async Task Rule3_1_03_ZeroLengthArray_IsAHit()
    {
        Cache.Set("sync", [], NoExpiry);
        await Cache.SetAsync("async", [], NoExpiry, Token);
        Reopen();

        Cache.Get("sync").ShouldNotBeNull().ShouldBeEmpty();
        (await Cache.GetAsync("async", Token)).ShouldNotBeNull().ShouldBeEmpty();
    }

    [Fact]
    public async Task Rule3_1_04_Set_ReplacesTheValue()
    {
        Cache.Set("k", [1], NoExpiry);
        await Cache.SetAsync("k", [2, 3], NoExpiry, Token);
        Reopen();

        Cache.Get("k").ShouldBe([2, 3]);
    }

    [Fact]
    public void Rule3_1_04_Set_DropsTheOldSlidingWindow()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Cache.Set("k", [2], NoExpiry);
        Reopen();

        Clock.Advance(TimeSpan.FromHours(1));

        Cache.Get("k").ShouldBe([2]);
    }

    [Fact]
    public void Rule3_1_04_Set_DropsTheOldAbsoluteExpiry()
    {
        Cache.Set("k", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(1) });
        Cache.Set("k", [2], new() { SlidingExpiration = TimeSpan.FromMinutes(3) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(2));
        Cache.Get("k").ShouldBe([2]);
        Clock.Advance(TimeSpan.FromMinutes(2));
        Cache.Get("k").ShouldBe([2]);
    }

    [Fact]
    public void Rule3_1_05_NonPositiveSpans_AreRefusedByTheEntryOptionsThemselves()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = TimeSpan.Zero });
        Should.Throw<ArgumentOutOfRangeException>(() => new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromTicks(-1) });
    }

    [Fact]
    public void Rule3_1_07_AbsoluteExpiry_EndsAtItsInstantAndNotBefore()
    {
        Cache.Set("instant", [1], new() { AbsoluteExpiration = Clock.GetUtcNow().AddMinutes(5) });
        Cache.Set("span", [2], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromTicks(1));
        Cache.Get("instant").ShouldBe([1]);
        Cache.Get("span").ShouldBe([2]);

        Clock.Advance(TimeSpan.FromTicks(1));
        Cache.Get("instant").ShouldBeNull();
        Cache.Get("span").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_07_AbsoluteExpiryInAnotherOffset_IsTheSameInstant()
    {
        Cache.Set("k", [1], new() { AbsoluteExpiration = Clock.GetUtcNow().AddMinutes(5).ToOffset(TimeSpan.FromHours(9)) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(4));
        Cache.Get("k").ShouldBe([1]);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Cache.Get("k").ShouldBeNull();
    }

    [Theory]
    [InlineData("Get")]
    [InlineData("GetAsync")]
    [InlineData("Refresh")]
    [InlineData("RefreshAsync")]
    public async Task Rule3_1_07_SlidingExpiry_IsMovedBy(string operation)
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(10) });
        for (var round = 0; round < 3; round++)
        {
            Reopen();
            Clock.Advance(TimeSpan.FromMinutes(9));
            await TouchAsync(operation, "k");
        }

        Reopen();
        Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        Cache.Get("k").ShouldBe([1]);
        Clock.Advance(TimeSpan.FromMinutes(10));
        Cache.Get("k").ShouldBeNull();
    }

    [Theory]
    [InlineData("Get")]
    [InlineData("GetAsync")]
    [InlineData("Refresh")]
    [InlineData("RefreshAsync")]
    public async Task Rule3_1_07_SlidingExpiry_IsNeverMovedBeyondTheAbsoluteOneBy(string operation)
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(10), AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(15) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(9));
        await TouchAsync(operation, "k");
        Reopen();
        Clock.Advance(TimeSpan.FromMinutes(6) - TimeSpan.FromTicks(1));
        Cache.Get("k").ShouldBe([1]);

        Clock.Advance(TimeSpan.FromTicks(1));
        Cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_07_RefreshWithoutSliding_ChangesNothing()
    {
        Cache.Set("k", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(10) });
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(9));
        Cache.Refresh("k");
        Reopen();
        Clock.Advance(TimeSpan.FromMinutes(1));

        Cache.Get("k").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_08_NoExpiry_IsKept()
    {
        Cache.Set("k", [1], NoExpiry);
        Reopen();

        Clock.Advance(TimeSpan.FromDays(36_500));

        Cache.Get("k").ShouldBe([1]);
    }

    [Fact]
    public void Rule3_1_09_SubSecondSpans_AreHonoured()
    {
        Cache.Set("span", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromMilliseconds(250) });
        Cache.Set("sliding", [2], new() { SlidingExpiration = TimeSpan.FromMilliseconds(1.5) });
        Reopen();

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Cache.Get("sliding").ShouldBe([2]);
        Clock.Advance(TimeSpan.FromMilliseconds(1.5));
        Cache.Get("sliding").ShouldBeNull();

        Clock.Advance(TimeSpan.FromMilliseconds(247));
        Cache.Get("span").ShouldBe([1]);
        Clock.Advance(TimeSpan.FromMilliseconds(0.5));
        Cache.Get("span").ShouldBeNull();
    }

    [Fact]
    public void Rule3_1_13_KeysAreComparedExactly()
    {
        Cache.Set("key", [1], NoExpiry);
        Cache.Set("Key", [2], NoExpiry);
        Cache.Set("\u00e9", [3], NoExpiry);
        Cache.Set("e\u0301", [4], NoExpiry);
        Reopen();

        Cache.Get("key").ShouldBe([1]);
        Cache.Get("Key").ShouldBe([2]);
        Cache.Get("KEY").ShouldBeNull();
        Cache.Get("\u00e9").ShouldBe([3]);
        Cache.Get("e\u0301").ShouldBe([4]);
    }

    [Fact]
    public void Rule3_1_13_LongKeys_AreNotDropped()
    {
        var key = new string('k', 20_000);
        Cache.Set(key, [1], NoExpiry);
        Reopen();

        Cache.Get(key).ShouldBe([1]);
    }

    protected virtual async Task TouchAsync(string operation, string key)
    {
        switch (operation)
        {
            case "Get":
                Cache.Get(key).ShouldNotBeNull();
                break;
            case "GetAsync":
                (await Cache.GetAsync(key, Token)).ShouldNotBeNull();
                break;
            case "Refresh":
                Cache.Refresh(key);
                break;
            case "RefreshAsync":
                await Cache.RefreshAsync(key, Token);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(operation), operation, "There is no such operation.");
        }
    }
}
