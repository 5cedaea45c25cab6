using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using SnapshotKv.KillTarget;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Following;

/// <summary>
/// A process owns a store and does random work in it, saves and restores included; this one follows it. At every commit that the follower reports it holds what the owner held there: by a
/// digest at each, key by key at some that the seed chooses. The owner is killed (SIGKILL) and started again, several times.
/// </summary>
/// <remarks>The environment variables <c>SNAPSHOTKV_FOLLOW_ROUNDS</c> and <c>SNAPSHOTKV_FOLLOW_SEED</c> say how often, and which.</remarks>
public sealed class FollowedProcessTests
{
    private const int Rounds = 3;
    private const int CommitsPerRound = 1500;

    /// <summary>How many full comparisons there must be at least; one commit in 16 is chosen.</summary>
    private const int FullComparisons = 20;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Dictionary<ulong, ulong> _owners = [];
    private readonly ConcurrentDictionary<ulong, ulong> _followers = [];
    private readonly ConcurrentDictionary<ulong, List<string>> _fullStates = [];
    private readonly List<ulong> _openings = [];

    [Fact]
    public void Follow_AProcessThatIsKilledAgainAndAgain_HoldsWhatItHeldAtEveryCommit()
    {
        var rounds = Setting("SNAPSHOTKV_FOLLOW_ROUNDS") ?? Rounds;
        var seed = Setting("SNAPSHOTKV_FOLLOW_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue / 2);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"seed {seed}, {rounds} rounds");
        var random = new Random(seed);
        using var home = new TemporaryDirectory();
        var directory = Path.Join(home.Path, "store");
        using var follower = KvStore.Open(new SnapshotKvOptions { Path = directory, Mode = KvStoreMode.Follower, TtlCleanupInterval = Timeout.InfiniteTimeSpan });
        var states = new FullStates(directory + "-states", seed);
        follower.Followed = () => Note(follower, states);
        for (var round = 0; round < rounds; round++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            Run([FollowedOwner.Command, directory, $"{unchecked(seed + round)}", directory + "-states", $"{seed}"], random.Next(CommitsPerRound / 2, CommitsPerRound));
            follower.FollowNow();
            output.WriteLine($"round {round}: {_owners.Count} commits told, {_followers.Count} seen, {follower.Follower}");
        }

        follower.FollowNow();
        Compare();
        var full = CompareInFull(states);
        var last = StoreDigest.Lines(follower).ToList();
        using var fresh = KvStore.Open(new SnapshotKvOptions { Path = directory, SaveDebounce = Timeout.InfiniteTimeSpan });
        last.ShouldBe(StoreDigest.Lines(fresh));
        output.WriteLine($"{_followers.Count} states compared, {full} of them key by key, {follower.Follower!.Reloads} reloads");
    }

    /// <summary>In the follower's look, after each commit and each reload: nothing changes meanwhile.</summary>
    private void Note(KvStore follower, FullStates states)
    {
        var number = follower.LastSequence;
        _followers[number] = StoreDigest.Of(follower);
        if (states.IsChosen(number))
        {
            _fullStates[number] = [.. StoreDigest.Lines(follower)];
        }
    }

    private void Compare()
    {
        var compared = 0;
        foreach (var (number, digest) in _followers)
        {
            if (_owners.TryGetValue(number, out var owners))
            {
                digest.ShouldBe(owners, $"at commit {number}");
                compared++;
            }
        }

        // What is not told is what the owner was killed over: it has a line by the next opening, under another number.
        (_followers.Count - compared).ShouldBeLessThanOrEqualTo(_openings.Count + 1);
        compared.ShouldBeGreaterThan(FullComparisons);
    }

    private int CompareInFull(FullStates states)
    {
        var compared = 0;
        foreach (var (number, lines) in _fullStates)
        {
            if (states.Read(number) is { } owners)
            {
                lines.ShouldBe(owners, $"at commit {number}");
                compared++;
            }
        }

        compared.ShouldBeGreaterThanOrEqualTo(FullComparisons);
        return compared;
    }

    private void Run(string[] arguments, int commits)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Path.Join(AppContext.BaseDirectory, "SnapshotKv.KillTarget.dll"), .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var errors = new ConcurrentQueue<string?>();
        using var process = new Process { StartInfo = start };
        process.ErrorDataReceived += (_, line) => errors.Enqueue(line.Data);
        process.Start();
        process.BeginErrorReadLine();
        using var watchdog = TimeProvider.System.CreateTimer(_ => process.Kill(), state: null, Patience, Timeout.InfiniteTimeSpan);
        var said = 0;
        var isKilled = false;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            if (line.Split(' ') is not [var step, var number, var digest])
            {
                continue;
            }

            var sequence = ulong.Parse(number, CultureInfo.InvariantCulture);
            _owners[sequence] = ulong.Parse(digest, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (step == "0")
            {
                _openings.Add(sequence);
            }

            if (!isKilled && ++said >= commits)
            {
                isKilled = true;
                process.Kill();
            }
        }

        process.WaitForExit();
        isKilled.ShouldBeTrue($"The owner ended with {process.ExitCode} after {said} commits, or was too slow: {string.Join('\n', errors)}");
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
}
