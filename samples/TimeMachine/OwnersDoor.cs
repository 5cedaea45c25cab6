using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>
/// Where another terminal of the same user hands its orders to the process that owns the directory, which alone may write: a pipe that is named after the directory.
/// </summary>
internal sealed class OwnersDoor : IAsyncDisposable
{
    private const int MostWords = 100;

    /// <summary>How long it may take to be let in; a program that has no such door never opens one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _closing = new();
    private readonly Func<string, string[], CancellationToken, Task<Answer>> _carryOut;
    private readonly Task _serving;

    private OwnersDoor(string directory, Func<string, string[], CancellationToken, Task<Answer>> carryOut)
    {
        _carryOut = carryOut;
        // Made here: when the constructor has returned somebody can knock.
        _serving = ServeAsync(new NamedPipeServerStream(NameOf(directory), PipeDirection.InOut, maxNumberOfServerInstances: 1, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly));
    }

    /// <summary>Opens the door of a directory that this process owns.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="carryOut">Carries out an order: who wants it, and its words.</param>
    public static OwnersDoor Open(string directory, Func<string, string[], CancellationToken, Task<Answer>> carryOut) => new(directory, carryOut);

    /// <summary>Hands an order to the owner of a directory.</summary>
    public static async Task<Answer> KnockAsync(string directory, string author, string[] words, CancellationToken cancellationToken)
    {
        await using var pipe = new NamedPipeClientStream(".", NameOf(directory), PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
        try
        {
            await pipe.ConnectAsync(Patience, cancellationToken);
            Send(pipe, author, words);
            using var reader = new BinaryReader(pipe, Encoding.UTF8, leaveOpen: true);
            return new(reader.ReadBoolean(), reader.ReadString());
        }
        catch (TimeoutException)
        {
            return Answer.Refused($"'{directory}' is owned by a program that takes no orders. End that first.");
        }
        catch (IOException)
        {
            return Answer.Refused("The owner ended before it answered. Look at the log, whether it was done.");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _serving;
        _closing.Dispose();
    }

    private static void Send(Stream pipe, string author, string[] words)
    {
        using var writer = new BinaryWriter(pipe, Encoding.UTF8, leaveOpen: true);
        writer.Write(author);
        writer.Write(words.Length);
        foreach (var word in words)
        {
            writer.Write(word);
        }
    }

    private static (string Author, string[] Words) Receive(Stream pipe)
    {
        using var reader = new BinaryReader(pipe, Encoding.UTF8, leaveOpen: true);
        var author = reader.ReadString();
        var words = new string[Math.Clamp(reader.ReadInt32(), 0, MostWords)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = reader.ReadString();
        }

        return (author, words);
    }

    private static string NameOf(string directory) => "timemachine-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)).AsSpan(0, 8));

    private async Task ServeAsync(NamedPipeServerStream pipe)
    {
        await using var closed = pipe;
        while (!_closing.IsCancellationRequested)
        {
            try
            {
                await pipe.WaitForConnectionAsync(_closing.Token);
                await AnswerAsync(pipe);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException)
            {
                // Whoever knocked has gone away, or this is the end.
            }

            if (pipe.IsConnected)
            {
                pipe.Disconnect();
            }
        }
    }

    private async Task AnswerAsync(Stream pipe)
    {
        var (author, words) = Receive(pipe);
        var answer = await _carryOut(author, words, _closing.Token);
        await using var writer = new BinaryWriter(pipe, Encoding.UTF8, leaveOpen: true);
        writer.Write(answer.IsDone);
        writer.Write(answer.Markup);
    }
}
