using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>A configuration over stores that can only be read, whatever stands between it and what cannot be written to.</summary>
public sealed class ReadOnlyStoreTests : IDisposable
{
    /// <summary>How long a step may take before the test is said to hang. No assertion depends on it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _directory = new();
    private readonly List<IDisposable> _open = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What is configured over the store of a test.</summary>
    public enum Kind
    {
        Follower,
        Partition,
        Decorator,
        View,
        PartitionOfAView,
    }

    public static TheoryData<Kind> Kinds => new(Enum.GetValues<Kind>());

    public void Dispose()
    {
        _open.Reverse();
        _open.ForEach(static opened => opened.Dispose());
        _directory.Dispose();
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Provider_OverIt_ReadsAndWritesNothing(Kind kind)
    {
        var owner = Own();
        using var followed = new Followed(Open(kind, owner), static source => source.Validate(static _ => []));

        followed["Mail:Host"].ShouldBe("one");
        followed.Errors.ShouldBeEmpty();
        owner.GetKeys().ShouldAllBe(key => key.Contains("Mail", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Writer_OverIt_ReadsAndRefusesEveryWrite(Kind kind)
    {
        var writer = WriterOf(Open(kind, Own()));

        (await writer.GetAsync(Token)).Values["Mail:Host"].ShouldBe("one");
        (await writer.GetHistoryAsync(cancellationToken: Token)).ShouldBeEmpty();
        foreach (var write in new Func<Task>[]
        {
            () => writer.SetAsync("Mail:Host", "two", cancellationToken: Token),
            () => writer.UndoAsync(1, cancellationToken: Token),
            () => writer.RestoreAsync("no-such-snapshot", cancellationToken: Token),

            // What would change nothing is no exception: whether it does is not looked at.
            () => writer.SetAsync("Mail:Host", "one", cancellationToken: Token),
        })
        {
            (await Should.ThrowAsync<NotSupportedException>(write)).Message.ShouldContain("can only be read here");
        }
    }

    [Fact]
    public async Task Writer_OverIt_RefusesBeforeItReads()
    {
        var store = new StoreDouble { IsReadOnly = true, Fault = static operation => new InvalidOperationException(operation) };

        await Should.ThrowAsync<NotSupportedException>(() => WriterOf(store).SetAsync("Mail:Host", "two", cancellationToken: Token));
        await Should.ThrowAsync<NotSupportedException>(() => WriterOf(store).UndoAsync(1, cancellationToken: Token));
    }

    [Fact]
    public async Task Provider_OverAPartitionOfAFollower_FollowsLive()
    {
        var owner = Own();
        using var followed = new Followed(Open(Kind.Partition, owner), static source => source.ReloadDebounce = TimeSpan.Zero);
        var reloaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = followed.Root.GetReloadToken().RegisterChangeCallback(_ => reloaded.TrySetResult(), state: null);

        owner.Set("part:config:Mail:Host", "two");

        await reloaded.Task.WaitAsync(Patience, Token);
        followed["Mail:Host"].ShouldBe("two");
    }

    [Fact]
    public void Read_CommitOfTheOwnerInTheMiddle_IsSeenWholeOrNotAtAll()
    {
        var store = new StoreDouble { IsReadOnly = true };
        store.Inner.Commit(store.Inner.CreateBatch().Set("config:a", "1").Set("config:b", "1"));
        var readings = 0;
        store.AfterRead = key =>
        {
            // In the middle of the second reading, after the first of its keys.
            if (key == "config:a" && ++readings == 2)
            {
                store.Inner.Commit(store.Inner.CreateBatch().Set("config:a", "2").Set("config:b", "2"));
            }
        };

        using var followed = new Followed(store);

        (followed["a"], followed["b"]).ShouldBe(("2", "2"));
    }

    [Fact]
    public void Read_OwnerWritesWithoutEnd_GivesUp()
    {
        var store = new StoreDouble { IsReadOnly = true };
        store.Inner.Set("config:a", 0);
        var writes = 0;
        store.AfterRead = _ => store.Inner.Set("config:a", ++writes);

        Should.Throw<KvConflictException>(() => new Followed(store));
    }

    private static SnapshotKvConfigurationWriter WriterOf(IKvStore store) =>
        new(store, new SnapshotKvConfigurationOptions(), TimeProvider.System, static () => [], NullLogger.Instance);

    /// <summary>The configuration, as a whole store's and as a part's.</summary>
    private KvStore Own()
    {
        var owner = Opened(KvStore.Open(_directory.Path));
        owner.Set("config:Mail:Host", "one");
        owner.Set("part:config:Mail:Host", "one");
        return owner;
    }

    private IKvStore Open(Kind kind, KvStore owner) => kind switch
    {
        Kind.Follower => Follow(),
        Kind.Partition => Follow().GetPartition("part:"),
        Kind.Decorator => new StoreDouble(Follow()),
        Kind.View => View(owner),
        _ => View(owner).GetPartition("part:"),
    };

    private KvStore Follow() => Opened(KvStore.Open(new SnapshotKvOptions { Path = _directory.Path, Mode = KvStoreMode.Follower }));

    private KvSnapshotView View(KvStore owner) => Opened(owner.OpenSnapshot(owner.Save()!.FileName));

    private T Opened<T>(T opened)
        where T : IDisposable
    {
        _open.Add(opened);
        return opened;
    }
}
