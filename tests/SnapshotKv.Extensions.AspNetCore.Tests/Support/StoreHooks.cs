using System.Collections.Concurrent;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Support;

/// <summary>What a <see cref="HookedKvStore"/> does before it does as it is told.</summary>
internal sealed class StoreHooks
{
    /// <summary>Every operation that was asked for, by name.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>Runs before every operation, synchronous or not; may throw.</summary>
    public Action<string>? OnCall { get; set; }

    /// <summary>What an asynchronous operation waits for first; null to wait for nothing.</summary>
    public Func<string, CancellationToken, Task?>? OnAsyncCall { get; set; }

    public void Note(string operation)
    {
        Calls.Enqueue(operation);
        OnCall?.Invoke(operation);
    }
}
