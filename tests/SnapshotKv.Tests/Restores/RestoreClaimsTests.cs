using System.Diagnostics.Metrics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Serialization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>What the serializers that wrote a snapshot's values mean for restoring it.</summary>
public sealed class RestoreClaimsTests
{
    private readonly StoreHome _home = new() { Durability = KvDurability.Process, SegmentSizes = new(16 << 10, 16 << 10) };

    [Fact]
    public void Restore_WhereAnotherSerializerWritesNow_IsRefusedAndNamesBoth()
    {
        using var store = Open(out var then);
        Part(store, "two").Set("k", "theirs");

        var message = Should.Throw<KvSerializationException>(() => store.Restore(then)).Message;

        message.ShouldContain($"'{then}' cannot be restored: its values of the partition 'p:' were written by the serializer 'one', and 'two' writes there now");
        message.ShouldContain("Nothing was changed; clear what is there first");
        Should.Throw<KvSerializationException>(() => store.Restore(then, "p:k"));
        store.TryGet<string>("q", out var left).ShouldBeTrue();
        left.ShouldBe("later");
        store.ListSnapshots().SelectMany(one => one.PinnedNames).ShouldBeEmpty();
        store.Restore(then, "q").Entries.ShouldBe(1);
        store.RemoveByPrefix("p:");
        store.GetPartition("p:").Clear();
        store.Restore(then).Entries.ShouldBe(2);
        Get(Part(store, "one")).ShouldBe("mine");
    }

    [Fact]
    public void Restore_OfWhatASerializerWrote_IsThatSerializersAgainAlsoAfterACrash()
    {
        using var store = Open(out var then);

        store.Restore(then);

        using var killed = _home.Killed().Open();
        foreach (var one in (KvStore[])[store, killed])
        {
            Get(Part(one, "one")).ShouldBe("mine");
            Should.Throw<KvSerializationException>(() => Part(one, "two").Set("k", "theirs")).Message.ShouldContain("'one'");
        }
    }

    [Fact]
    public void Restore_ThatTheJournalHasNoRoomFor_LeavesNoClaim()
    {
        using var store = Open(out var then);

        // So much of it is left alone that the frame says more than is left of the segment, while the claim before it finds room.
        for (var i = 0; i < 40; i++)
        {
            store.Protect($"{i:00}{new string('x', 500)}");
        }

        _home.Files.FailWhen(static operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/journal/", StringComparison.Ordinal), FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => store.Restore(then));
        _home.Files.Heal();

        Part(store, "two").Set("k", "theirs");
        store.ListSnapshots().SelectMany(one => one.PinnedNames).ShouldBeEmpty();
        using var killed = _home.Killed().Open();
        foreach (var one in (KvStore[])[store, killed])
        {
            Get(Part(one, "two")).ShouldBe("theirs");
        }
    }

    [Theory]
    [MemberData(nameof(RestoreHome.Levels), MemberType = typeof(RestoreHome))]
    public void Restore_ThatFailsWhileOthersSave_LeavesNoClaimToTheNextOpening(KvDurability level)
    {
        var home = RestoreHome.At(level);
        using (var store = home.Open(static options => options.SaveDebounce = Timeout.InfiniteTimeSpan))
        {
            Part(store, "one").Set("k", "mine");
            Part(store, "one", "q:").Set("k", "mine");
            var then = store.Save()!.FileName;
            Part(store, "one").Clear();
            Part(store, "one", "q:").Clear();
            store.Set("later", 1);

            // Between the look at the claims and their adoption, of which the first goes well then.
            home.Files.After(
                operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("/snapshots/", StringComparison.Ordinal) && home.Snapshots().Count == 2,
                _ => Part(store, "two", "q:").Set("k", "theirs"));
            SaveWhenARestoreFails(store);
            Should.Throw<KvSerializationException>(() => store.Restore(then)).Message.ShouldContain("'q:'");
            home.Snapshots().Count.ShouldBe(3, "the save came before the claims were given up");
        }

        using var again = home.Open();
        Part(again, "two").Set("k", "theirs");
        Get(Part(again, "two")).ShouldBe("theirs");
    }

    /// <summary>A store with nothing under <c>p:</c>, and a snapshot in which a serializer had written there.</summary>
    private KvStore Open(out string then)
    {
        var store = _home.Open(static options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        Part(store, "one").Set("k", "mine");
        store.Set("q", "early");
        then = store.Save()!.FileName;
        Part(store, "one").Clear();
        store.Set("q", "later");
        return store;
    }

    /// <summary>A restore's time is measured when it has failed, before what it leaves is taken back.</summary>
    private static void SaveWhenARestoreFails(KvStore store)
    {
        var thread = Environment.CurrentManagedThreadId;
        var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Name == SnapshotKvDiagnostics.RestoreDuration)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) =>
        {
            if (Environment.CurrentManagedThreadId == thread)
            {
                listener.Dispose();
                store.Save();
            }
        });
        listener.Start();
    }

    private static IKvStore Part(KvStore store, string serializer, string prefix = "p:") =>
        store.GetPartition(prefix, new KvPartitionOptions { Serializer = new NamedSerializer(serializer) });

    private static string? Get(IKvStore part) => part.TryGet<string>("k", out var value) ? value : null;
}
