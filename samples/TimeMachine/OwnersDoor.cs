using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>
/// Where another terminal of the same user hands its orders to the process that owns the directory, which alone may write: a pipe that is named after the directory.
/// </summary>
internal sealed class OwnersDoor : IAsyncDisposable
{
    /// <summary>How long it may take to be let in; a program that has no such door never opens one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long somebody who was let in may take to speak, and to listen: less than the next one waits outside.</summary>
    private static readonly TimeSpan PatienceInside = TimeSpan.FromSeconds(2);

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
            await Letter.WriteAsync(pipe, new Order(author, words), cancellationToken);
            return await Letter.ReadAsync<Answer>(pipe, cancellationToken);
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
                // Whoever knocked has gone away, says nothing, or what is no order; or this is the end.
            }

            if (pipe.IsConnected)
            {
                pipe.Disconnect();
            }
        }
    }

    private async Task AnswerAsync(Stream pipe)
    {
        var order = await InPatienceAsync(token => Letter.ReadAsync<Order>(pipe, token));
        var answer = await _carryOut(order.Author, order.Words, _closing.Token);
        await InPatienceAsync(async token =>
        {
            await Letter.WriteAsync(pipe, answer, token);

            // Nothing more comes, but the end when it was read: a door that is shut before takes the answer with it on some systems.
            return await pipe.ReadAsync(new byte[1], token);
        });
    }

    private async Task<T> InPatienceAsync<T>(Func<CancellationToken, Task<T>> step)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        patience.CancelAfter(PatienceInside);
        return await step(patience.Token);
    }
}
