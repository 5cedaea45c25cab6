using System.Globalization;
using System.Security.Cryptography;

namespace SnapshotKv.Tests.Killed;

/// <summary>
/// A process that writes at the default level is killed (SIGKILL) at random moments, again and again on the same directory. Nothing that it had acknowledged is
/// lost, and nothing is there in part.
/// </summary>
/// <remarks>
/// The environment variables <c>SNAPSHOTKV_KILL_ROUNDS</c> and <c>SNAPSHOTKV_KILL_SEED</c> say how often, and which. A seed draws the same steps and the same
/// moments, in acknowledgements; what the threads had in hand at such a moment is another matter each time.
/// </remarks>
public sealed class KilledProcessTests
{
    private const int Rounds = 5;

    [Fact]
    public void Kill_AtAnyMoment_LosesNothingAcknowledged()
    {
        var rounds = Setting("SNAPSHOTKV_KILL_ROUNDS") ?? Rounds;
        var seed = Setting("SNAPSHOTKV_KILL_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"seed {seed}, {rounds} rounds");
        using var all = new KillRounds(seed);
        for (var round = 0; round < rounds; round++)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            output.WriteLine(all.Run(round));
        }
    }

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture) : null;
}
