using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>What cannot be restored, and moments at which nobody should: each is named, says what to do, and leaves nothing half done.</summary>
public sealed class RestoreInputTests
{
    private const string Foreign = "data-20260101-000000-0000.protobuf";

    private readonly StoreHome _home = RestoreHome.At(KvDurability.Process);

    [Theory]
    [InlineData("data-20260301-143022-0001.msgpack.gz")]
    [InlineData("nobody")]
    [InlineData("../snapshots/data-20260301-143022-0001.msgpack.gz")]
    public void Restore_UnknownSnapshot_IsNamedWithTheWayToTheOthers(string snapshot)
    {
        using var store = Open(out _);

        var refused = ShouldRefuse<KvSnapshotException>(store, snapshot);

        refused.Reason.ShouldBe(KvSnapshotProblem.NotFound);
        refused.Message.ShouldContain($"'{snapshot}'");
        refused.Message.ShouldContain(nameof(IKvSnapshots.ListSnapshots));
    }

    [Fact]
    public void Restore_PrunedSnapshot_IsNotFound()
    {
        using var store = Open(out var then, options => options.MaxSnapshots = 2);
        store.Set("a", 3);
        store.Save();
        store.Set("a", 2);
        store.Save();
        _home.Snapshots().ShouldNotContain(then);

        ShouldRefuse<KvSnapshotException>(store, then).Reason.ShouldBe(KvSnapshotProblem.NotFound);
    }

    [Fact]
    public void Restore_SnapshotThatIsDeletedUnderIt_IsNotFound()
    {
        using var store = Open(out var then);
        _home.Files.Before(
            operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.EndsWith(then, StringComparison.Ordinal),
            operation =>
            {
                if (_home.Disk.FileExists(operation.Path))
                {
                    _home.Disk.Delete(operation.Path);
                }
            });

        ShouldRefuse<KvSnapshotException>(store, then).Reason.ShouldBe(KvSnapshotProblem.NotFound);
    }

    [Fact]
    public void Restore_DamagedSnapshot_NamesTheFileAndWhatIsWrong()
    {
        using var store = Open(out var then);
        var bytes = _home.ReadFile("snapshots/" + then);
        bytes[^1] ^= 1;
        _home.WriteFile("snapshots/" + then, bytes);

        var refused = ShouldRefuse<KvStoreCorruptedException>(store, then);

        refused.File.ShouldNotBeNull().ShouldEndWith(then);
        refused.Message.ShouldContain(then);
        refused.Reason.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Restore_SnapshotOfACodecOfGos_SaysWhoCanReadIt()
    {
        using var store = Open(out _);
        _home.WriteFile("snapshots/" + Foreign, [1, 2, 3]);

        ShouldRefuse<KvStoreCorruptedException>(store, Foreign).Message.ShouldContain(Foreign);
    }

    [Fact]
    public void Restore_SnapshotThatCannotBeRead_SaysSoAndThatNothingWasChanged()
    {
        using var store = Open(out var then);
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.EndsWith(then, StringComparison.Ordinal), FileFault.InputOutput);

        var message = ShouldRefuse<KvStoreUnavailableException>(store, then).Message;

        message.ShouldContain(then);
        message.ShouldContain("Nothing was changed");
    }

    [Fact]
    public void Restore_FullDisk_SaysWhatCouldNotBeSavedAndChangesNothing()
    {
        using var store = Open(out var then);
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots/", StringComparison.Ordinal), FileFault.NoSpace);

        var message = ShouldRefuse<KvStoreUnavailableException>(store, then).Message;

        message.ShouldContain("could not be saved");
        message.ShouldContain("Remove the cause");
        _home.Files.Heal();
        store.Restore(then);
        store.Contents().ShouldBe("a=1");
    }

    [Fact]
    public void Restore_FullDiskAtThePin_LeavesNoPin()
    {
        using var store = Open(out var then);
        store.Save();
        var writes = 0;
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("history.json", StringComparison.Ordinal) && ++writes == 2, FileFault.NoSpace);

        ShouldRefuse<KvStoreUnavailableException>(store, then).Message.ShouldContain("which snapshots are pinned, could not be written");
    }

    [Fact]
    public void Pin_Twice_IsDoneOnceAndRefusedForAnother()
    {
        using var store = Open(out var then);
        store.Pin(then, "kept").PinnedNames.ShouldBe(["kept"]);
        var history = _home.ReadFile("history.json");
        store.Pin(then, "kept").PinnedNames.ShouldBe(["kept"]);
        var other = store.Save()!.FileName;

        var refused = Should.Throw<KvSnapshotException>(() => store.Pin(other, "kept"));

        refused.Reason.ShouldBe(KvSnapshotProblem.NameTaken);
        refused.Message.ShouldContain($"'kept' cannot be given to '{other}', because '{then}' is pinned by it");
        _home.ReadFile("history.json").ShouldBe(history);
        store.Pin(then, "kept-too").PinnedNames.ShouldBe(["kept", "kept-too"]);
    }

    [Fact]
    public async Task Restore_WhileASaveRuns_WaitsForItAndBothAreDone()
    {
        using var store = Open(out var then);
        var token = TestContext.Current.CancellationToken;
        using var hold = _home.Files.Hold(static operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("/snapshots/", StringComparison.Ordinal));
        var save = store.SaveAsync(token);
        await hold.Reached.WaitAsync(token);

        var restore = store.RestoreAsync(then, cancellationToken: token);
        store.Contents().ShouldBe("a=2");
        hold.Release();

        var saved = (await save)!;
        var restored = await restore;
        store.Contents().ShouldBe("a=1");
        restored.Before.FileName.ShouldBe(saved.FileName, "it has what there was before");
        store.Restore(saved.FileName);
        store.Contents().ShouldBe("a=2");
    }

    [Fact]
    public void Restore_InTheMidstOfATransaction_EndsItAndNothingOfItIsThere()
    {
        using var store = Open(out var then);
        using var transaction = store.BeginTransaction();
        transaction.Set("a", 7);
        transaction.Set("b", 7);

        store.Restore(then);

        Should.Throw<KvConflictException>(transaction.Commit);
        store.Contents().ShouldBe("a=1");
    }

    /// <summary>A store with <c>a=2</c> and a snapshot that has <c>a=1</c>.</summary>
    private KvStore Open(out string then, Action<SnapshotKvOptions>? change = null)
    {
        var store = _home.Open(options =>
        {
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
            change?.Invoke(options);
        });
        store.Set("a", 1);
        then = store.Save()!.FileName;
        store.Set("a", 2);
        return store;
    }

    private TException ShouldRefuse<TException>(KvStore store, string snapshot)
        where TException : KvStoreException
    {
        var before = store.LastSequence;

        var refused = Should.Throw<TException>(() => store.Restore(snapshot));

        store.Contents().ShouldBe("a=2");
        store.LastSequence.ShouldBe(before);
        store.ListSnapshots().SelectMany(one => one.PinnedNames).ShouldBeEmpty();
        var history = _home.Disk.FileExists($"{StoreHome.Path}/history.json") ? System.Text.Encoding.UTF8.GetString(_home.ReadFile("history.json")) : "";
        history.ShouldNotContain("data-", Case.Sensitive, "neither a pin nor a hold is left");
        using var killed = _home.Killed().Open();
        killed.Contents().ShouldBe("a=2");
        return refused;
    }
}
