using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Engine;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Following;
using SnapshotKv.Tests.Journal;

namespace SnapshotKv.Tests.Store;

/// <summary>Watchers who are told of a change only once it has outlived what they named.</summary>
public sealed class DurableWatchTests
{
    private readonly StoreHome _home = new() { Durability = KvDurability.Process };

    [Fact]
    public async Task WatchAsync_AtLevelDisk_TellsWhatTheDeviceHas()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        store.Set("a", 1);
        store.Set("b", 1);
        var next = NextOf(changes);

        next.IsCompleted.ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.Key.ShouldBe("b");
        store.Set("c", 1);
        next = NextOf(changes);
        next.IsCompleted.ShouldBeFalse();

        // Somebody else's waiting serves all that came before.
        store.Set("d", 1, new KvEntryOptions { Durability = KvDurability.Disk });
        (await next).ShouldBeTrue();
        changes.Current.Key.ShouldBe("c");
    }

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    public async Task WatchAsync_WhatEachCommitHas_IsToldAtOnce(KvDurability level)
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, level);
        store.Set("a", 1);

        NextOf(changes).IsCompletedSuccessfully.ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
    }

    [Fact]
    [SuppressMessage("Usage", "xUnit1051:Calls to methods which accept CancellationToken should use TestContext.Current.CancellationToken", Justification = "That a default compiles is what is asked.")]
    public async Task WatchAsync_ADefaultForWhateverComesSecond_IsNotAmbiguous()
    {
        using var store = _home.OpenWithoutSaves();
        await using var ofTheClass = store.WatchAsync("", default).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        await using var ofTheInterface = ((IKvChangeFeed)store).WatchAsync("", default).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var (first, second) = (NextOf(ofTheClass), NextOf(ofTheInterface));

        store.Set("a", 1);

        (await first).ShouldBeTrue();
        (await second).ShouldBeTrue();
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public async Task WatchAsync_WithoutAJournal_TellsWhatASnapshotHas(KvDurability level)
    {
        using var store = new StoreHome().OpenWithoutSaves();
        await using var changes = Watch(store, level);
        store.Set("a", 1);
        var next = NextOf(changes);

        next.IsCompleted.ShouldBeFalse();
        store.Save();
        (await next).ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
    }

    [Fact]
    public async Task WatchAsync_ASnapshotBeforeTheFlush_CountsAsTheDevice()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        store.Set("a", 1);
        store.Save();

        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
    }

    [Fact]
    public async Task WatchAsync_InMemoryOnly_HasNothingToWaitFor()
    {
        using var store = KvStore.Open(new SnapshotKvOptions());
        await using var changes = Watch(store, KvDurability.Disk);
        store.Set("a", 1);

        NextOf(changes).IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Fact]
    public async Task WatchAsync_FailedDevice_TellsNothingThatItMayNotHave()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        store.Set("a", 1);
        _home.Files.FailWhen(FailingJournal.IsFlush, FileFault.InputOutput);
        _home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.InputOutput);
        var next = NextOf(changes);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        next.IsCompleted.ShouldBeFalse();
        Should.Throw<KvStoreException>(store.Dispose);
        (await next).ShouldBeFalse();
    }

    [Fact]
    public async Task WatchAsync_TooManyThatAreNotDurable_AreMissedAndToldSoInTheirPlace()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        SetManyTimes(store, ChangeSubscription.Capacity + 1);

        var next = NextOf(changes);
        next.IsCompleted.ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
        await ShouldBeSetsAsync(changes, ChangeSubscription.Capacity - 1);

        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.Kind.ShouldBe(KvChangeKind.Missed);
    }

    [Fact]
    public async Task WatchAsync_MissedAndNotDurable_IsNotToldYet()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        SetManyTimes(store, ChangeSubscription.Capacity);

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("k", -1);
        await ShouldBeSetsAsync(changes, ChangeSubscription.Capacity);

        var next = NextOf(changes);
        next.IsCompleted.ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
        changes.Current.Kind.ShouldBe(KvChangeKind.Missed);
    }

    [Fact]
    public async Task WatchAsync_MissedWhileCommitsGoOn_IsToldWithTheNextFlush()
    {
        using var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        SetManyTimes(store, ChangeSubscription.Capacity + 1);

        // There is always a commit that the device does not have yet.
        _home.Files.Before(FailingJournal.IsFlush, _ => store.Set("k", -1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        await ShouldBeSetsAsync(changes, ChangeSubscription.Capacity);

        var next = NextOf(changes);
        store.Set("k", -2);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        (await next).ShouldBeTrue();
        (changes.Current.Kind, changes.Current.Key).ShouldBe((KvChangeKind.Missed, ""));
        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.Key.ShouldBe("k");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WatchAsync_StoreIsDisposed_TellsWhatItsClosingMakesDurable(bool isAsked)
    {
        var store = _home.OpenWithoutSaves();
        await using var changes = Watch(store, KvDurability.Disk);
        store.Set("a", 1);
        var next = isAsked ? NextOf(changes) : null;

        store.Dispose();

        (await (next ?? NextOf(changes))).ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
        (await changes.MoveNextAsync()).ShouldBeFalse();
    }

    [Fact]
    public async Task WatchAsync_HandleIsDisposedAndOthersGoOn_TellsUpToThen()
    {
        using var one = _home.OpenShared(change: SharedSettings);
        using var other = _home.OpenShared(change: SharedSettings);
        await using var changes = Watch(one, KvDurability.Disk);
        one.Set("a", 1);
        var next = NextOf(changes);

        one.Dispose();
        other.Set("b", 1, new KvEntryOptions { Durability = KvDurability.Disk });

        (await next).ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
        (await changes.MoveNextAsync()).ShouldBeFalse();

        void SharedSettings(SnapshotKvOptions options)
        {
            options.Durability = KvDurability.Process;
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
            options.TimeProvider = _home.Clock;
        }
    }

    [Fact]
    public void WatchAsync_UnknownLevel_IsRefused()
    {
        using var store = _home.Open();

        Should.Throw<ArgumentOutOfRangeException>(() => store.WatchAsync("", (KvDurability)7)).ParamName.ShouldBe("durability");
    }

    [Fact]
    public async Task WatchAsync_OfAFollower_TellsWhatTheKernelHasAndRefusesTheDevice()
    {
        var home = new FollowerHome(KvDurability.Process);
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        Should.Throw<NotSupportedException>(() => follower.WatchAsync("", KvDurability.Disk)).Message.ShouldContain("Process");
        await using var changes = Watch(follower, KvDurability.Process);
        owner.Set("a", 1);
        follower.FollowNow();

        NextOf(changes).IsCompletedSuccessfully.ShouldBeTrue();
        changes.Current.Key.ShouldBe("a");
    }

    private static void SetManyTimes(KvStore store, int count)
    {
        for (var i = 0; i < count; i++)
        {
            store.Set("k", i);
        }
    }

    private static async Task ShouldBeSetsAsync(IAsyncEnumerator<KvChange> changes, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (await changes.MoveNextAsync()).ShouldBeTrue();
            changes.Current.Kind.ShouldBe(KvChangeKind.Set);
        }
    }

    /// <summary>As a task, which may be looked at while it is waited for.</summary>
    private static Task<bool> NextOf(IAsyncEnumerator<KvChange> changes) => changes.MoveNextAsync().AsTask();

    private static IAsyncEnumerator<KvChange> Watch(KvStore store, KvDurability durability) =>
        store.WatchAsync("", durability, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
}
