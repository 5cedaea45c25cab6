using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <content>The rules of <see cref="IBufferDistributedCache"/> (3.2).</content>
public abstract partial class SnapshotKvCacheSpecification
{
    [Fact]
    public async Task Rule3_2_01_Hit_WritesTheWholeValue()
    {
        var value = Enumerable.Range(0, 10_000).Select(number => (byte)number).ToArray();
        Cache.Set("k", value, NoExpiry);
        Reopen();
        var written = new ArrayBufferWriter<byte>();

        Buffers.TryGet("k", written).ShouldBeTrue();
        (await Buffers.TryGetAsync("k", written, Token)).ShouldBeTrue();

        written.WrittenSpan.ToArray().ShouldBe([.. value, .. value]);
    }

    [Fact]
    public async Task Rule3_2_01_EmptyValue_IsAHitOfNothing()
    {
        Cache.Set("k", [], NoExpiry);
        Reopen();
        var written = new ArrayBufferWriter<byte>();

        Buffers.TryGet("k", written).ShouldBeTrue();
        (await Buffers.TryGetAsync("k", written, Token)).ShouldBeTrue();

        written.WrittenCount.ShouldBe(0);
    }

    [Fact]
    public async Task Rule3_2_01_Miss_DoesNotTouchTheWriter()
    {
        Cache.Set("expired", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromSeconds(1) });
        Reopen();
        Clock.Advance(TimeSpan.FromSeconds(1));
        var untouchable = new UntouchableWriter();

        foreach (var key in new[] { "none", "expired" })
        {
            Buffers.TryGet(key, untouchable).ShouldBeFalse();
            (await Buffers.TryGetAsync(key, untouchable, Token)).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Rule3_2_02_NullArguments_AreRefusedByName()
    {
        var sequence = new ReadOnlySequence<byte>([1]);
        var writer = new UntouchableWriter();

        Should.Throw<ArgumentNullException>(() => Buffers.TryGet(null!, writer)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Buffers.TryGet("k", null!)).ParamName.ShouldBe("destination");
        Should.Throw<ArgumentNullException>(() => Buffers.Set(null!, sequence, NoExpiry)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => Buffers.Set("k", sequence, null!)).ParamName.ShouldBe("options");
        (await Should.ThrowAsync<ArgumentNullException>(() => Buffers.TryGetAsync(null!, writer, Token).AsTask())).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Buffers.TryGetAsync("k", null!, Token).AsTask())).ParamName.ShouldBe("destination");
        (await Should.ThrowAsync<ArgumentNullException>(() => Buffers.SetAsync(null!, sequence, NoExpiry, Token).AsTask())).ParamName.ShouldBe("key");
        (await Should.ThrowAsync<ArgumentNullException>(() => Buffers.SetAsync("k", sequence, null!, Token).AsTask())).ParamName.ShouldBe("options");
        Cache.Get("k").ShouldBeNull();
    }

    [Theory]
    [InlineData("TryGet")]
    [InlineData("TryGetAsync")]
    public Task Rule3_2_02_SlidingExpiry_IsMovedBy(string operation) => Rule3_1_07_SlidingExpiry_IsMovedBy(operation);

    [Theory]
    [InlineData("TryGet")]
    [InlineData("TryGetAsync")]
    public Task Rule3_2_02_SlidingExpiry_IsNeverMovedBeyondTheAbsoluteOneBy(string operation) =>
        Rule3_1_07_SlidingExpiry_IsNeverMovedBeyondTheAbsoluteOneBy(operation);

    [Fact]
    public async Task Rule3_2_02_CancelledToken_ThrowsBeforeAnyEffect()
    {
        Cache.Set("k", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(10) });
        Clock.Advance(TimeSpan.FromMinutes(9));
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => Buffers.TryGetAsync("k", new UntouchableWriter(), cancelled).AsTask());
        await Should.ThrowAsync<OperationCanceledException>(() => Buffers.SetAsync("k", new ReadOnlySequence<byte>([2]), NoExpiry, cancelled).AsTask());
        Reopen();

        Store.GetTimeToLive("cache:k").Remaining.ShouldBe(TimeSpan.FromMinutes(1));
        Cache.Get("k").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_2_02_SetFromASequence_ReplacesValueAndExpiry()
    {
        Cache.Set("sync", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Cache.Set("async", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(1) });
        Buffers.Set("sync", new ReadOnlySequence<byte>([2]), new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) });
        await Buffers.SetAsync("async", new ReadOnlySequence<byte>([3]), new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromHours(1) }, Token);
        Reopen();

        Clock.Advance(TimeSpan.FromMinutes(59));
        Cache.Get("sync").ShouldBe([2]);
        Cache.Get("async").ShouldBe([3]);
        Clock.Advance(TimeSpan.FromMinutes(1));
        Cache.Get("sync").ShouldBeNull();
        Cache.Get("async").ShouldBeNull();
    }

    [Fact]
    public void Rule3_2_03_TheCallersBuffer_MayBeReusedAtOnce()
    {
        byte[] rented = [1, 2, 3];

        Buffers.Set("sync", new ReadOnlySequence<byte>(rented), NoExpiry);
        Buffers.SetAsync("async", new ReadOnlySequence<byte>(rented), NoExpiry, Token).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        Array.Fill(rented, (byte)9);
        Reopen();

        Cache.Get("sync").ShouldBe([1, 2, 3]);
        Cache.Get("async").ShouldBe([1, 2, 3]);
    }

    [Fact]
    public async Task Rule3_2_04_SequencesOfAnyShape_AreStoredWhole()
    {
        using var unmanaged = new UnmanagedBytes([7, 8, 9]);
        var shapes = new Dictionary<string, (ReadOnlySequence<byte> Sequence, byte[] Bytes)>
        {
            ["segments"] = (Sequences.Segmented([1], [], [2, 3], [4]), [1, 2, 3, 4]),
            ["slice of segments"] = (Sequences.Segmented([1, 2], [3, 4], [5, 6]).Slice(1, 4), [2, 3, 4, 5]),
            ["empty"] = (ReadOnlySequence<byte>.Empty, []),
            ["empty segments"] = (Sequences.Segmented([], []), []),
            ["slice of an array"] = (new([0, 1, 2, 0], 1, 2), [1, 2]),
            ["unmanaged"] = (new(unmanaged.Memory), [7, 8, 9]),
        };

        foreach (var (name, shape) in shapes)
        {
            Buffers.Set("sync " + name, shape.Sequence, NoExpiry);
            await Buffers.SetAsync("async " + name, shape.Sequence, NoExpiry, Token);
        }

        Reopen();

        foreach (var (name, shape) in shapes)
        {
            Cache.Get("sync " + name).ShouldBe(shape.Bytes, name);
            Cache.Get("async " + name).ShouldBe(shape.Bytes, name);
        }
    }

    [Fact]
    public void Rule3_2_05_TheRegisteredInstance_HasTheBufferInterface() => (Cache is IBufferDistributedCache).ShouldBeTrue();

    [Fact]
    public void Rule3_2_05_VeryLongLives_AreKeptAndNeverRefused()
    {
        Cache.Set("__MSFT_HCT__span", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.MaxValue });
        Cache.Set("__MSFT_HCT__instant", [2], new() { AbsoluteExpiration = DateTimeOffset.MaxValue });
        Cache.Set("__MSFT_HCT__sliding", [3], new() { SlidingExpiration = TimeSpan.MaxValue });
        Cache.Set("__MSFT_HCT__both", [4], new() { SlidingExpiration = TimeSpan.MaxValue, AbsoluteExpirationRelativeToNow = TimeSpan.MaxValue });
        Reopen();

        Clock.Advance(TimeSpan.FromDays(36_500));

        Cache.Get("__MSFT_HCT__span").ShouldBe([1]);
        Cache.Get("__MSFT_HCT__instant").ShouldBe([2]);
        Cache.Get("__MSFT_HCT__sliding").ShouldBe([3]);
        Cache.Get("__MSFT_HCT__both").ShouldBe([4]);
    }
}
