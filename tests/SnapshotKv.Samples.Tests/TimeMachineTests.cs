using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests;

/// <summary>The time machine, with its terminals as the processes they are.</summary>
public sealed class TimeMachineTests : IDisposable
{
    private readonly TimeMachineHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task ThreeTerminals_ChangeFollowAndGoBack()
    {
        await using var owner = Start("own", "--as", "ada");
        await owner.WaitForLineAsync("This process owns");
        await owner.WriteLineAsync("set Lamp:Colour blue");
        await owner.WaitForLineAsync(@"\+ Lamp:Colour blue");

        await using var follower = Start("follow");
        await follower.WaitForLineAsync("Lamp:Colour.*blue");
        await owner.WriteLineAsync("save lunch");
        await owner.WaitForLineAsync(@"lunch is kept \(data-");
        await owner.WriteLineAsync("set Lamp:Colour warm white");
        await follower.WaitForLineAsync("~ Lamp:Colour blue → warm white");
        await owner.WriteLineAsync("set Lamp:Level 3");
        await follower.WaitForLineAsync(@"\+ Lamp:Level 3");

        // Beside the owner, which has the lock.
        (await RunAsync("history", "list")).ShouldMatch("lunch.*data-");
        var compared = await RunAsync("history", "compare", "lunch");
        compared.ShouldContain("~ Lamp:Colour blue → warm white");
        compared.ShouldContain("+ Lamp:Level 3");

        // Writing is the owner's: it is handed over.
        (await RunAsync("history", "restore", "lunch", "--as", "grace")).ShouldContain("~ Lamp:Colour warm white → blue");
        await owner.WaitForLineAsync("grace, at another terminal: restore lunch");
        await follower.WaitForLineAsync("~ Lamp:Colour warm white → blue");
        await follower.WaitForLineAsync("- Lamp:Level 3");
        (await RunAsync("history", "log")).ShouldMatch("grace.*Goes back to 'lunch'");

        (await owner.TerminateAsync()).ShouldBe(0, owner.Output);
        (await follower.TerminateAsync()).ShouldBe(0, follower.Output);
    }

    [Fact]
    public async Task History_WithoutAnOwner_DoesItItself()
    {
        await using (var owner = Start("own"))
        {
            await owner.WriteLineAsync("set Lamp:Colour blue");
            await owner.WriteLineAsync("save lunch");
            await owner.WriteLineAsync("set Lamp:Colour green");
            await owner.WriteLineAsync("quit");
            (await owner.WaitForExitAsync()).ShouldBe(0, owner.Output);
        }

        (await RunAsync("history", "restore", "lunch")).ShouldContain("~ Lamp:Colour green → blue");
        (await RunAsync("history", "undo", "3")).ShouldContain("~ Lamp:Colour blue → green");
        (await RunAsync("history", "unpin", "lunch")).ShouldContain("lunch is let go");

        await using var again = Start("own");
        await again.WaitForLineAsync("Lamp:Colour.*green");
        (await again.TerminateAsync()).ShouldBe(0, again.Output);
    }

    [Fact]
    public async Task Follow_BeforeTheOwnerEverWrote_WaitsForIt()
    {
        await using var follower = Start("follow");
        await follower.WaitForLineAsync("none yet");

        await using var owner = Start("own");
        await owner.WriteLineAsync("set Lamp:Colour [bold]blue[/]");

        await follower.WaitForLineAsync(@"\+ Lamp:Colour \[bold\]blue\[/\]");
        (await owner.TerminateAsync()).ShouldBe(0, owner.Output);
        (await follower.TerminateAsync()).ShouldBe(0, follower.Output);
    }

    [Fact]
    public async Task Own_DirectoryThatIsOwned_SaysByWhom()
    {
        await using var owner = Start("own");
        await owner.WaitForLineAsync("This process owns");

        (await _home.RunAsync(exitCode: 1, "own")).ShouldContain("is in use");
        (await owner.TerminateAsync()).ShouldBe(0, owner.Output);
    }

    [Fact]
    public async Task Own_VisitorsWhoSayNothingOrNonsense_NeitherKeepOthersOutNorTheOwnerIn()
    {
        await using var owner = Start("own");
        await owner.WaitForLineAsync("This process owns");
        foreach (var nonsense in new byte[][] { [], [1, 0], [0xFF, 0xFF, 0xFF, 0xFF], [4, 0, 0, 0, (byte)'n', (byte)'u', (byte)'l', (byte)'l'], [2, 0, 0, 0, (byte)'{', (byte)'}'] })
        {
            await using var visitor = await KnockAsync();
            await visitor.WriteAsync(nonsense, TestContext.Current.CancellationToken);
        }

        await using (await KnockAsync())
        {
            (await RunAsync("history", "set", "Lamp:Colour", "blue")).ShouldContain("+ Lamp:Colour blue");
        }

        await using var silent = await KnockAsync();
        (await owner.TerminateAsync()).ShouldBe(0, owner.Output);
    }

    /// <summary>Comes in by the owner's door, and says nothing yet.</summary>
    private async Task<Stream> KnockAsync()
    {
        var name = "timemachine-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_home.Data)).AsSpan(0, 8));
        var pipe = new NamedPipeClientStream(".", name, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        await pipe.ConnectAsync(SampleProcess.Patience, TestContext.Current.CancellationToken);
        return pipe;
    }

    private Task<string> RunAsync(params string[] words) => _home.RunAsync(exitCode: 0, words);

    private SampleProcess Start(params string[] words) => _home.Start(words);
}
