using System.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>The activities of a store, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class StoreActivitiesTests : IDisposable
{
    private readonly string _name = Guid.NewGuid().ToString("n");
    private readonly StoreHome _home = new();
    private readonly ActivityCollector _collector;

    public StoreActivitiesTests() => _collector = new(_name);

    public void Dispose() => _collector.Dispose();

    [Fact]
    public void Rule3_11_01_Source_CarriesThePackagesNameAndVersion()
    {
        Open().Dispose();

        var source = _collector.Of(SnapshotKvDiagnostics.OpenActivity).ShouldHaveSingleItem().Source;
        source.Name.ShouldBe("SnapshotKv");
        source.Version.ShouldBe(typeof(KvStore).Assembly.GetName().Version!.ToString(3));
    }

    [Fact]
    public void Open_IsAnActivity_WithTheEntriesAndBytesItRead()
    {
        long size;
        using (var store = Open())
        {
            store.Set("a", 1);
            store.Set("b", 1);
            size = store.Save()!.SizeBytes;
        }

        Open().Dispose();

        var opened = _collector.Of(SnapshotKvDiagnostics.OpenActivity)[^1];
        Tags(opened).ShouldBe($"outcome=success snapshotkv.bytes={size} snapshotkv.entries=2 snapshotkv.store={_name}");
        opened.Status.ShouldBe(ActivityStatusCode.Unset);
    }

    [Fact]
    public void Save_IsAnActivity_WithTheEntriesAndBytesItWrote()
    {
        using var store = Open();
        store.Set("k", 1);
        var snapshot = store.Save()!;
        store.Save();

        var saved = _collector.Of(SnapshotKvDiagnostics.SaveActivity).ShouldHaveSingleItem("a save with nothing new is none");
        Tags(saved).ShouldBe($"outcome=success snapshotkv.bytes={snapshot.SizeBytes} snapshotkv.entries=1 snapshotkv.store={_name}");
    }

    [Fact]
    public void Save_ThatFails_HasTheStatusAndTheTypeOfTheError_ButNotItsMessage()
    {
        using var store = Open();
        store.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace, times: 1);
        Should.Throw<KvStoreUnavailableException>(() => store.Save());

        var failed = _collector.Of(SnapshotKvDiagnostics.SaveActivity).ShouldHaveSingleItem();
        failed.Status.ShouldBe(ActivityStatusCode.Error);
        failed.StatusDescription.ShouldBeNull("messages name paths");
        failed.Events.ShouldBeEmpty();
        Tags(failed).ShouldBe($"error.type=SnapshotKv.KvStoreUnavailableException outcome=failure snapshotkv.store={_name}");
    }

    [Fact]
    public void Save_InsideAnActivityOfTheCaller_BelongsToIt_AndEndsBeforeTheCallGoesOn()
    {
        using var store = Open();
        store.Set("k", 1);
        using var request = new Activity("request").Start();
        store.Save();

        Activity.Current.ShouldBeSameAs(request);
        _collector.Of(SnapshotKvDiagnostics.SaveActivity).ShouldHaveSingleItem().ParentId.ShouldBe(request.Id);
    }

    [Fact]
    public async Task SaveAsync_InsideAnActivityOfTheCaller_BelongsToIt()
    {
        using var store = Open();
        store.Set("k", 1);
        using var request = new Activity("request").Start();
        await store.SaveAsync(TestContext.Current.CancellationToken);

        Activity.Current.ShouldBeSameAs(request);
        _collector.Of(SnapshotKvDiagnostics.SaveActivity).ShouldHaveSingleItem().ParentId.ShouldBe(request.Id);
    }

    [Fact]
    public void Sweep_IsAnActivity_WithTheEntriesItRemoved()
    {
        using var store = Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromMinutes(5));

        Tags(_collector.Of(SnapshotKvDiagnostics.SweepActivity).ShouldHaveSingleItem()).ShouldBe($"outcome=success snapshotkv.entries=1 snapshotkv.store={_name}");
    }

    [Fact]
    public void Restore_IsAnActivity_WithWhatItRestored_AndTheSaveBeforeInside()
    {
        using var store = Open();
        store.Set("a", 1);
        store.Set("b", 1);
        var then = store.Save()!;
        store.Set("a", 2);

        store.Restore(then.FileName);

        var restored = _collector.Of(SnapshotKvDiagnostics.RestoreActivity).ShouldHaveSingleItem();
        Tags(restored).ShouldBe($"outcome=success snapshotkv.bytes={then.SizeBytes} snapshotkv.entries=2 snapshotkv.store={_name}");
        var saves = _collector.Of(SnapshotKvDiagnostics.SaveActivity);
        saves.Count.ShouldBe(3);
        saves[1].ParentId.ShouldBe(restored.Id);
        saves[2].ParentId.ShouldBeNull("what was restored is saved once it is over");
    }

    [Fact]
    public void Restore_ThatIsRefused_IsAFailedActivity()
    {
        using var store = Open();
        Should.Throw<KvSnapshotException>(() => store.Restore("nobody"));

        var failed = _collector.Of(SnapshotKvDiagnostics.RestoreActivity).ShouldHaveSingleItem();
        failed.Status.ShouldBe(ActivityStatusCode.Error);
        Tags(failed).ShouldBe($"error.type=SnapshotKv.KvSnapshotException outcome=failure snapshotkv.store={_name}");
    }

    [Fact]
    public void Open_ThatFails_IsAFailedActivity()
    {
        using var holder = Open();
        Should.Throw<KvStoreLockedException>(Open);

        var failed = _collector.Of(SnapshotKvDiagnostics.OpenActivity)[^1];
        failed.Status.ShouldBe(ActivityStatusCode.Error);
        failed.GetTagItem(SnapshotKvDiagnostics.ErrorTypeTag).ShouldBe("SnapshotKv.KvStoreLockedException");
    }

    private KvStore Open() => _home.Open(options => options.Name = _name);

    private static string Tags(Activity activity) =>
        string.Join(' ', activity.TagObjects.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));
}
