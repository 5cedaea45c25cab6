using System.Globalization;
using System.Security.Cryptography;
using SnapshotKv.Engine;

namespace SnapshotKv.Tests.Soak;

/// <summary>
/// Five minutes of everything at once on a real disk: whether memory, handles and the directory stay as they are once they have found their size. Not part of an ordinary run:
/// <code>tests/SnapshotKv.Tests/bin/Debug/net10.0/SnapshotKv.Tests -explicit only -trait Category=Soak -showLiveOutput</code>
/// </summary>
public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Keys = 20_000;
    private const int CommitsPerSave = 20_000;
    private const double Tolerance = 1.05;

    private static readonly TimeSpan WindowLength = TimeSpan.FromSeconds(30);

    private readonly string _path = Directory.CreateTempSubdirectory("snapshotkv-soak").FullName;
    private readonly SoakWindow[] _windows = [.. Enumerable.Range(0, 10).Select(static _ => new SoakWindow())];

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact(Explicit = true)]
    [Trait("Category", "Soak")]
    public async Task FiveMinutesOfEverything_AfterTheFirstMinute_NothingGrows()
    {
        var seed = Environment.GetEnvironmentVariable("SNAPSHOTKV_SOAK_SEED") is { Length: > 0 } given
            ? int.Parse(given, NumberStyles.None, CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"SNAPSHOTKV_SOAK_SEED={seed}");
        var time = TimeProvider.System;
        var begun = time.GetTimestamp();
        var workload = new SoakWorkload(new Random(seed), Keys);
        var options = new SnapshotKvOptions { Path = _path, SaveDebounce = TimeSpan.FromSeconds(1), TtlCleanupInterval = TimeSpan.FromSeconds(5) };

        // A journal grows and shrinks by whole segments: they are to be small beside what must not grow.
        using (var store = KvStore.Open(options, StoreEnvironment.Default with { SegmentSizes = new(1 << 20, 1 << 20) }, TestContext.Current.CancellationToken))
        await using (var following = new SoakWatcher(store))
        {
            while ((int)(time.GetElapsedTime(begun) / WindowLength) is var number && number < _windows.Length)
            {
                workload.Run(store, CommitsPerSave);
                Settle(store);
                _windows[number].Commits += CommitsPerSave;
                _windows[number].Note(GC.GetTotalMemory(forceFullCollection: true), CountHandles(), MeasureDirectory());
            }

            following.HasSeenAnything.ShouldBeTrue();
        }

        output.WriteLine("| window | commits | managed MiB | handles | directory MiB |");
        output.WriteLine("| --- | ---: | ---: | ---: | ---: |");
        for (var i = 0; i < _windows.Length; i++)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {i * 30}–{(i + 1) * 30} s | {_windows[i].Commits:N0} | {_windows[i].ManagedBytes / 1048576.0:F1} | {_windows[i].Handles} | {_windows[i].DirectoryBytes / 1048576.0:F1} |"));
        }

        IsFlat("managed bytes", static window => window.ManagedBytes);
        IsFlat("handles", static window => window.Handles);
        IsFlat("bytes in the directory", static window => window.DirectoryBytes);
    }

    /// <summary>
    /// What is to be measured must not depend on when the last timed save came: the journal keeps what lies behind the second-newest snapshot, and a snapshot that is not pinned any more goes with the next save.
    /// </summary>
    private static void Settle(KvStore store)
    {
        for (var i = 0; i < 3; i++)
        {
            store.Set("settled", i);
            store.Save();
        }
    }

    private void IsFlat(string what, Func<SoakWindow, long> of)
    {
        var settled = _windows.Skip(2).Where(static window => window.Commits > 0).Select(of).ToList();
        ((double)settled.Max() / settled.Min()).ShouldBeLessThanOrEqualTo(Tolerance, what);
    }

    /// <summary>Open files of the process; the test is of use where these can be counted.</summary>
    private static int CountHandles() => OperatingSystem.IsLinux() ? Directory.GetFileSystemEntries("/proc/self/fd").Length : 0;

    private long MeasureDirectory()
    {
        long total = 0;
        foreach (var file in new DirectoryInfo(_path).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            try
            {
                total += file.Length;
            }
            catch (FileNotFoundException)
            {
                // Deleted between the listing and the look, by the store.
            }
        }

        return total;
    }
}
