using SnapshotKv.Blobs;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Blobs;

/// <summary>The machine or the disk fails at every single operation of writing blobs.</summary>
public sealed class BlobStoreCrashTests
{
    private const int Length = 140_000;
    private const int Blobs = 3;

    private static readonly byte[] Content = BlobHome.Content(Length);

    public static TheoryData<string> Crashes() => [.. Enum.GetNames<CrashKind>()];

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task Crash_AtEveryOperation_NoFileUnderItsNameIsIncompleteAndNoneThatWasWrittenIsLost(string kind)
    {
        var crash = Enum.Parse<CrashKind>(kind);
        var operations = await CountOperations();
        operations.ShouldBeGreaterThan(25);
        for (var cut = 1; cut <= operations; cut++)
        {
            var home = new BlobHome();
            InMemoryFileSystem? image = null;
            var written = new List<BlobId>();
            List<BlobId> writtenAtCrash = [];
            home.Files.Before(cut, () =>
            {
                image = home.Disk.CrashImage(crash, seed: cut);
                writtenAtCrash = [.. written];
            });
            await WriteSome(home, written);
            if (home.Files.OperationCount < cut)
            {
                // Ids are random, and two that share a directory save some operations.
                return;
            }

            var disk = image.ShouldNotBeNull();
            var names = BlobHome.Tree(disk);
            foreach (var name in names.Where(name => name.EndsWith(".bin", StringComparison.Ordinal)))
            {
                disk.Take($"/data/blobs/{name}").AsSpan().SequenceEqual(Content).ShouldBeTrue($"{crash} before operation {cut}: {name}");
            }

            writtenAtCrash.Select(BlobHome.NameOf).Except(names).ShouldBeEmpty($"{crash} before operation {cut}");
            if (crash == CrashKind.PowerCutLosingAll)
            {
                CheckSweep(disk, writtenAtCrash);
            }
        }
    }

    [Theory]
    [InlineData("nospace")]
    [InlineData("io")]
    [InlineData("denied")]
    [InlineData("after the fact")]
    public async Task Fault_AtEveryOperation_IsReportedAndLeavesNothingOfTheBlob(string kind)
    {
        var fault = kind switch
        {
            "nospace" => FileFault.NoSpace.AfterWriting(7),
            "io" => FileFault.InputOutput.LosingUnflushed(),
            "denied" => FileFault.AccessDenied,
            _ => FileFault.InputOutput.AfterTheFact(),
        };
        var operations = await CountOperations();
        for (var number = 1; number <= operations; number++)
        {
            var home = new BlobHome();
            home.Files.FailAt(number, fault);
            var written = new List<BlobId>();
            KvStoreUnavailableException? failure = null;
            try
            {
                await WriteSome(home, written);
            }
            catch (KvStoreUnavailableException exception)
            {
                failure = exception;
            }

            if (home.Files.OperationCount < number)
            {
                return;
            }

            failure.ShouldNotBeNull($"{kind} at operation {number}");
            failure.Message.ShouldContain("/data/blobs");
            failure.InnerException.ShouldNotBeNull();
            home.FileNames().ShouldBe(written.Select(BlobHome.NameOf), ignoreOrder: true, $"{kind} at operation {number}");
            home.Files.Heal();
            await WriteSome(home, written);
            home.FileNames().Count.ShouldBe(written.Count);
        }
    }

    [Fact]
    public async Task FaultFromSomeOperationOn_DiskGoneForGood_IsReportedEachTimeAndTheRestIsSweptLater()
    {
        var operations = await CountOperations();
        for (var number = 1; number <= operations; number++)
        {
            var home = new BlobHome();
            home.Files.FailFrom(number, FileFault.InputOutput);
            var written = new List<BlobId>();
            await Should.ThrowAsync<KvStoreUnavailableException>(() => WriteSome(home, written));
            await Should.ThrowAsync<KvStoreUnavailableException>(() => WriteSome(home, written));

            home.Files.Heal();
            CheckSweep(home.Disk, written);
        }
    }

    [Fact]
    public async Task Write_DiskFull_GivesTheSpaceBack()
    {
        var home = new BlobHome();
        home.Disk.CapacityBytes = Length - 1;

        Should.Throw<KvStoreUnavailableException>(() => home.Store.Write(Content)).Message.ShouldContain("Free some space");
        await Should.ThrowAsync<KvStoreUnavailableException>(() => home.Store.WriteAsync(new MemoryStream(Content), null, TestContext.Current.CancellationToken));

        home.Disk.GetAvailableBytes("/data").ShouldBe(Length - 1);
        using var smaller = home.Store.Write(Content.AsSpan(1));
        smaller.Length.ShouldBe(Length - 1);
    }

    /// <summary>A process that opens what is left keeps what a snapshot refers to, and nothing else.</summary>
    private static void CheckSweep(InMemoryFileSystem disk, List<BlobId> committed)
    {
        var home = new BlobHome(disk, BlobLedger.Load([], committed, 1));
        home.NewCollector(new FakeSnapshots((1, committed))).Sweep(1, BlobHold.None, TestContext.Current.CancellationToken);
        home.FileNames().ShouldBe(committed.Select(BlobHome.NameOf), ignoreOrder: true);
    }

    private static async Task WriteSome(BlobHome home, List<BlobId> written)
    {
        written.Add(Keep(home, home.Store.Write(new MemoryStream(Content), Length)));
        written.Add(Keep(home, home.Store.Write(Content)));
        written.Add(Keep(home, await home.Store.WriteAsync(new MemoryStream(Content), null, TestContext.Current.CancellationToken)));
    }

    private static BlobId Keep(BlobHome home, PendingBlob blob)
    {
        using (blob)
        {
            home.Ledger.Note(default, BlobHome.RecordWith(blob.Id), 1);
            return blob.Id;
        }
    }

    private static async Task<int> CountOperations()
    {
        var home = new BlobHome();
        var written = new List<BlobId>();
        await WriteSome(home, written);
        written.Count.ShouldBe(Blobs);
        return home.Files.OperationCount;
    }
}
