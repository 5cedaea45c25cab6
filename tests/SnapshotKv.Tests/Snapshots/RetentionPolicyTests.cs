using FsCheck;
using FsCheck.Fluent;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Tests.Snapshots;

public sealed class RetentionPolicyTests
{
    private static readonly DateTime Start = new(2026, 3, 1, 22, 0, 0, DateTimeKind.Unspecified);

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void FindExpendable_NewestOnly_OldestGoFirst(int most)
    {
        var files = Every(TimeSpan.FromMinutes(20), 10);

        var expendable = new RetentionPolicy(most, 0, 0).FindExpendable(files, static _ => false);

        expendable.ShouldBe(files.Skip(most).Reverse());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(int.MinValue)]
    public void FindExpendable_LessThanOne_KeepsTheNewest(int most)
    {
        var files = Every(TimeSpan.FromMinutes(20), 3);

        new RetentionPolicy(most, -1, -1).FindExpendable(files, static _ => false).ShouldBe([files[2], files[1]]);
    }

    [Fact]
    public void FindExpendable_Hourly_KeepsTheLastOfEach()
    {
        var files = Every(TimeSpan.FromMinutes(20), 12);

        // 22:00 to 01:40, the newest first.
        Kept(files, new(1, 2, 0)).ShouldBe(["01:40", "00:40"]);
        Kept(files, new(2, 3, 0)).ShouldBe(["01:40", "01:20", "00:40", "23:40"]);
    }

    [Fact]
    public void FindExpendable_Daily_KeepsTheLastOfEach() =>
        Kept(Every(TimeSpan.FromMinutes(20), 12), new(1, 0, 5)).ShouldBe(["01:40", "23:40"]);

    [Fact]
    public void FindExpendable_HoursWithoutASnapshot_AreNotCounted() =>
        Kept(Every(TimeSpan.FromHours(5), 4), new(1, 3, 0)).ShouldBe(["13:00", "08:00", "03:00"]);

    [Fact]
    public void FindExpendable_HeldOne_IsKeptBesideTheNewestAndStandsForItsHour()
    {
        var files = Every(TimeSpan.FromMinutes(20), 12);
        var held = files[4].FileName;

        // 00:20 is not the last of its hour, and stands for nothing.
        Kept(files, new(2, 0, 0), held).ShouldBe(["01:40", "01:20", "00:20"]);
        Kept(files, new(1, 2, 0), held).ShouldBe(["01:40", "00:40", "00:20"]);

        // 01:40 is held and is the last of its hour; another is the one newest.
        Kept(files, new(1, 1, 0), files[0].FileName).ShouldBe(["01:40", "01:20"]);
    }

    /// <summary>Saves at random times, thinned after each one: what is there at the end is what a thinning of all at once would have kept.</summary>
    [Fact]
    public void FindExpendable_AfterEachSave_KeepsTheSameAsOnceAtTheEnd() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var (all, policy) = (Files(RandomGaps(random)), RandomPolicy(random));
        var present = new List<SnapshotFile>();
        foreach (var file in all.AsEnumerable().Reverse())
        {
            present.Insert(0, file);
            foreach (var expendable in policy.FindExpendable(present, static _ => false))
            {
                present.Remove(expendable);
            }
        }

        present.ShouldBe(all.Except(policy.FindExpendable(all, static _ => false)));
    }).QuickCheckThrowOnFailure();

    /// <summary>The rule told once more, in the plainest way.</summary>
    [Fact]
    public void FindExpendable_AnySnapshots_KeepsWhatTheRuleSays() => Prop.ForAll<int>(seed =>
    {
        var random = new Random(seed);
        var (files, policy) = (Files(RandomGaps(random)), RandomPolicy(random));
        var heldShare = random.Next(3) * 0.3;
        var held = files.Where(_ => random.NextDouble() < heldShare).Select(file => file.FileName).ToHashSet(StringComparer.Ordinal);
        var newest = files.Where(file => !held.Contains(file.FileName)).Take(policy.MaxSnapshots);
        var hourly = files.GroupBy(file => file.Name.Time.Date.AddHours(file.Name.Time.Hour)).OrderByDescending(group => group.Key).Take(policy.KeepHourly).Select(group => group.First());
        var daily = files.GroupBy(file => file.Name.Time.Date).OrderByDescending(group => group.Key).Take(policy.KeepDaily).Select(group => group.First());
        var kept = newest.Concat(hourly).Concat(daily).Concat(files.Where(file => held.Contains(file.FileName))).ToHashSet();

        policy.FindExpendable(files, held.Contains).ShouldBe(files.Where(file => !kept.Contains(file)).Reverse());
    }).QuickCheckThrowOnFailure();

    private static int[] RandomGaps(Random random)
    {
        var longest = random.Next(1, 100_000);
        return [.. Enumerable.Range(0, random.Next(60)).Select(_ => random.Next(longest))];
    }

    private static RetentionPolicy RandomPolicy(Random random) => new(random.Next(1, 5), random.Next(7), random.Next(7));

    /// <summary>Files so many seconds apart, newest first.</summary>
    private static List<SnapshotFile> Files(int[] gaps)
    {
        var time = Start;
        var files = new List<SnapshotFile>();
        for (var i = 0; i < gaps.Length; i++)
        {
            time = time.AddSeconds(gaps[i]);
            files.Insert(0, NewFile(time, (ushort)i));
        }

        return files;
    }

    private static List<SnapshotFile> Every(TimeSpan gap, int count) =>
        [.. Enumerable.Range(0, count).Select(i => NewFile(Start + (gap * i), 0)).Reverse()];

    private static SnapshotFile NewFile(DateTime time, ushort counter)
    {
        var name = SnapshotName.Create(time, counter, KvFormat.MessagePack, KvCompression.Gzip);
        return new(name, name.ToString(), 1);
    }

    private static IEnumerable<string> Kept(List<SnapshotFile> files, RetentionPolicy policy, params string[] held) =>
        files.Except(policy.FindExpendable(files, name => held.Contains(name))).Select(file => file.Name.Time.ToString("HH:mm", null));
}
