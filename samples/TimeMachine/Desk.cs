using System.Globalization;
using SnapshotKv.Extensions.Configuration;
using Spectre.Console;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>Where the owner of the directory carries out what somebody wants, at its own prompt or from another terminal.</summary>
/// <remarks>Thread-safe, as what it uses is.</remarks>
internal sealed class Desk(KvStore store, ISnapshotKvConfigurationWriter writer)
{
    /// <summary>Whether an order begins with this word.</summary>
    public static bool Knows(string word) => Usage.Orders.Any(order => order.Form.Split(' ')[0] == word);

    public async Task<Answer> CarryOutAsync(string author, string[] words, CancellationToken cancellationToken)
    {
        try
        {
            return words switch
            {
                ["set", var key, var first, .. var more] => Tell(await writer.SetAsync(key, string.Join(' ', [first, .. more]), author, "typed", cancellationToken: cancellationToken)),
                ["unset", var key] => Tell(await writer.RemoveAsync(key, author, "typed", cancellationToken: cancellationToken)),
                ["undo", var number] when long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var revision) =>
                    Tell(await writer.UndoAsync(revision, author, cancellationToken: cancellationToken)),
                ["save", var name] => await SaveAsync(name, cancellationToken),
                ["pin", var snapshot, var name] => TellKept(store.Pin(snapshot, name), name),
                ["unpin", var name] => store.Unpin(name) ? Answer.Done($"[bold]{Markup.Escape(name)}[/] is let go.") : Answer.Refused($"Nothing is pinned by the name '{name}'."),
                ["restore", var name] => Tell(await writer.RestoreAsync(name, author, cancellationToken: cancellationToken)),
                _ => Answer.Refused($"'{string.Join(' ', words)}' is not understood. Type 'help'."),
            };
        }
        catch (Exception exception) when (exception is KvStoreException or ArgumentException or SnapshotKvConfigurationException or SnapshotKvConfigurationRefusedException)
        {
            // No such snapshot, a name that is taken or none, a key that cannot be one, changed since: each says what to do.
            return Answer.Refused(exception.Message);
        }
    }

    private async Task<Answer> SaveAsync(string name, CancellationToken cancellationToken)
    {
        var snapshot = await store.SaveAsync(cancellationToken);
        return TellKept(store.Pin(snapshot!.FileName, name), name);
    }

    private static Answer TellKept(SnapshotInfo snapshot, string name) =>
        Answer.Done($"[bold]{Markup.Escape(name)}[/] is kept [grey]({Markup.Escape(snapshot.FileName)})[/]");

    private static Answer Tell(SnapshotKvConfigurationWrite write) => write.Changes.Count == 0
        ? Answer.Done("[grey]Nothing to change: it is so already.[/]")
        : Answer.Done(
            string.Create(CultureInfo.InvariantCulture, $"[grey]number {write.Revision}[/]"),
            write.Changes.Select(static change => Difference.ToMarkup(change.Key, Value(change.Existed, change.Before), Value(change.Exists, change.After))));

    private static string? Value(bool isThere, string? value) => isThere ? value ?? "" : null;
}
