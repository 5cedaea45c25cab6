using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Journal;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Engine;

/// <summary>Saves use buffers again that saves before them have used: what one leaves in them, however it ended, is in none that follows.</summary>
public sealed class SaveBuffersTests
{
    [Theory]
    [InlineData(KvCompression.None)]
    [InlineData(KvCompression.Gzip)]
    public void Save_AfterOneThatFailedInTheMiddle_HoldsWhatItShould(KvCompression compression)
    {
        var home = new StoreHome();
        using (var store = home.OpenWithoutSaves(options => options.Compression = compression))
        {
            // Several ranges, which are under way at the same time.
            var value = new byte[200];
            for (var i = 0; i < 20_000; i++)
            {
                BitConverter.TryWriteBytes(value, i);
                store.SetBytes($"key-{i}", value.AsSpan());
            }

            store.Save();
            store.SetBytes("key-0", [1, 2, 3]);
            var writes = 0;
            home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Write && FailingJournal.IsSnapshot(operation) && ++writes > 2, FileFault.NoSpace);
            Should.Throw<KvStoreUnavailableException>(store.Save);
            writes.ShouldBeGreaterThan(2);
            home.Files.Heal();
            Poison();
            store.Save().ShouldNotBeNull().Entries.ShouldBe(20_000);
        }

        using var reopened = home.Open();
        reopened.Count().ShouldBe(20_000);
        reopened.TryGetBytes("key-0", out byte[]? first).ShouldBeTrue();
        first.ShouldBe([1, 2, 3]);
        for (var i = 1; i < 20_000; i++)
        {
            reopened.TryGetBytes($"key-{i}", out byte[]? read).ShouldBeTrue();
            read.ShouldNotBeNull().Length.ShouldBe(200);
            BitConverter.ToInt32(read).ShouldBe(i);
        }
    }

    /// <summary>Writes into what the pool has to give: whoever still had one of these would read it.</summary>
    private static void Poison()
    {
        var rented = Enumerable.Range(0, 8).Select(static _ => SnapshotRange.Buffers.Rent(1 << 20)).ToList();
        rented.ForEach(static buffer => Array.Fill(buffer, (byte)0xEE));
        rented.ForEach(static buffer => SnapshotRange.Buffers.Return(buffer));
    }
}
