using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Options;
using SnapshotKv.Samples.WebApp.Shop;

namespace SnapshotKv.Samples.WebApp;

/// <summary>Tells open pages when to look again, by server-sent events.</summary>
internal sealed class LiveUpdates(IOptionsMonitor<ShopOptions> shop, IHostApplicationLifetime lifetime)
{
    private const string EventType = "changed";

    /// <summary>How soon a page asks again when the stream ends, as it does with the process.</summary>
    private static readonly TimeSpan Reconnection = TimeSpan.FromMilliseconds(500);

    /// <summary>One word for each time that the settings have changed, and one at once: they may have changed while nobody listened.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        // One place is enough: who is told to look again sees all that has changed until then.
        var changes = Channel.CreateBounded<string>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        changes.Writer.TryWrite("connected");
        using var following = shop.OnChange(_ => changes.Writer.TryWrite("settings"));
        // An open stream would hold up the host's stop until its time-out.
        using var stopping = lifetime.ApplicationStopping.Register(() => changes.Writer.TryComplete());

        await foreach (var change in changes.Reader.ReadAllAsync(aborted))
        {
            yield return new(change, EventType) { ReconnectionInterval = Reconnection };
        }
    }
}
