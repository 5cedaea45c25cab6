namespace SnapshotKv.Tests.Crashes;

/// <summary>The test of the test: what no crash may leave is told from what one may.</summary>
public sealed class CrashOracleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Find_AcknowledgedCommitIsMissing_IsRefusedAfterWhatItSurvives()
    {
        var oracle = new CrashOracle(KvDurability.Process);
        Set(oracle, "a", 1);
        Set(oracle, "b", 2);

        Find(oracle, ("a", 1)).ShouldNotBeNull().ShouldContain("commits 2 to 2 were acknowledged and are lost");
        Find(oracle, isCut: true, ("a", 1)).ShouldBeNull("what was not flushed may go with the power");
        oracle.Keep(isOnDevice: true);
        Find(oracle, isCut: true, ("a", 1)).ShouldNotBeNull();
        Find(oracle, ("a", 1), ("b", 2)).ShouldBeNull();
    }

    [Fact]
    public void Find_AcknowledgedAtDisk_CarriesWhatCameBefore()
    {
        var oracle = new CrashOracle(KvDurability.Process);
        Set(oracle, "a", 1);
        Set(oracle, "b", 2, KvDurability.Disk);
        Set(oracle, "c", 3);

        Find(oracle, isCut: true, ("a", 1), ("b", 2)).ShouldBeNull();
        Find(oracle, isCut: true, ("a", 1)).ShouldNotBeNull();
    }

    [Fact]
    public void Find_WithoutAJournal_TheLastSaveCounts_AndMoreThanTheLevelIsASave()
    {
        var oracle = new CrashOracle(KvDurability.Snapshot);
        Set(oracle, "a", 1);
        Find(oracle).ShouldBeNull();
        Set(oracle, "b", 2, KvDurability.Process);
        Set(oracle, "c", 3);

        Find(oracle, isCut: true, ("a", 1)).ShouldNotBeNull();
        Find(oracle, isCut: true, ("a", 1), ("b", 2)).ShouldBeNull();
    }

    [Fact]
    public void Find_CommitThatHasBegun_MayBeThereWholeAndNotHalf()
    {
        var oracle = new CrashOracle(KvDurability.Disk);
        Set(oracle, "a", 1);
        oracle.Begin(state => (state["a"], state["b"]) = (Entry(2), Entry(2)));

        Find(oracle, ("a", 1)).ShouldBeNull();
        Find(oracle, ("a", 2), ("b", 2)).ShouldBeNull();
        Find(oracle, ("a", 1), ("b", 2)).ShouldNotBeNull();
        Find(oracle, ("a", 2)).ShouldNotBeNull();
    }

    [Fact]
    public void Find_LaterCommitWithoutAnEarlierOne_IsRefused()
    {
        var oracle = new CrashOracle(KvDurability.Snapshot);
        Set(oracle, "a", 1);
        Set(oracle, "b", 2);

        Find(oracle, ("b", 2)).ShouldNotBeNull();
        Find(oracle, ("a", 1), ("b", 3)).ShouldNotBeNull();
        Find(oracle, ("a", 1), ("b", 2), ("c", 3)).ShouldNotBeNull();
    }

    [Fact]
    public void Find_Slide_MayBeLostUntilItIsKept()
    {
        var oracle = new CrashOracle(KvDurability.Process);
        oracle.Begin(state => state["a"] = new([1], Noon.AddSeconds(10), TimeSpan.FromSeconds(10), null, []));
        oracle.Return(null, 1);
        oracle.Now["a"].Slide(Noon.AddSeconds(4));

        FindDeadline(10).ShouldBeNull();
        FindDeadline(14).ShouldBeNull();
        FindDeadline(12).ShouldNotBeNull("it never stood there");
        oracle.Keep(isOnDevice: false);
        FindDeadline(10).ShouldNotBeNull();
        FindDeadline(10, isCut: true).ShouldBeNull();

        string? FindDeadline(int seconds, bool isCut = false) =>
            oracle.Find(FoundState.Of(("a", new([1], Noon.AddSeconds(seconds), TimeSpan.FromSeconds(10), [], null, null))), oracle.Floors, isCut, Noon, out _);
    }

    [Fact]
    public void Find_ExpiredEntry_NeedNotBeThere()
    {
        var oracle = new CrashOracle(KvDurability.Process);
        oracle.Begin(state => state["a"] = new([1], Noon, null, null, []));
        oracle.Return(null, 1);

        Find(oracle).ShouldBeNull();
        oracle.Find(FoundState.Of(), oracle.Floors, false, Noon.AddTicks(-1), out _).ShouldNotBeNull();
    }

    [Fact]
    public void GoOnFrom_StateBeforeTheLast_WhatWasLostCannotComeBack()
    {
        var oracle = new CrashOracle(KvDurability.Process);
        Set(oracle, "a", 1);
        Set(oracle, "b", 2);
        oracle.GoOnFrom(Found(("a", 1)), isCut: true, Noon).ShouldBeNull();

        Find(oracle, ("a", 1), ("b", 2)).ShouldNotBeNull();
        Set(oracle, "c", 3);
        Find(oracle, isCut: true, ("a", 1)).ShouldBeNull();
        Find(oracle, isCut: true).ShouldNotBeNull("what was found after a power cut was on the device");
    }

    private static void Set(CrashOracle oracle, string key, byte value, KvDurability? asked = null)
    {
        oracle.Begin(state => state[key] = Entry(value));
        oracle.Return(asked, 1);
    }

    private static ExpectedEntry Entry(byte value) => new([value], null, null, null, []);

    private static FoundState Found(params (string Key, byte Value)[] entries) =>
        FoundState.Of([.. entries.Select(entry => (entry.Key, new FoundEntry([entry.Value], null, null, [], null, null)))]);

    private static string? Find(CrashOracle oracle, params (string Key, byte Value)[] entries) => Find(oracle, isCut: false, entries);

    private static string? Find(CrashOracle oracle, bool isCut, params (string Key, byte Value)[] entries) =>
        oracle.Find(Found(entries), oracle.Floors, isCut, Noon, out _);
}
