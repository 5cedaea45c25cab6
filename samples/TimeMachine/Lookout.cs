using System.Buffers;
using System.Globalization;
using SnapshotKv.Extensions.Configuration;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>Looks back, through a store that is owned or followed: all of it reads only.</summary>
internal sealed class Lookout(KvStore store, ISnapshotKvConfigurationWriter writer)
{
    private const string Prefix = "config:";
    private const int ShownRevisions = 20;

    /// <summary>Whether a question begins with this word.</summary>
    public static bool Knows(string word) => Usage.Questions.Any(question => question.Form.Split(' ')[0] == word);

    /// <exception cref="KvSnapshotException">There is no snapshot of that name.</exception>
    public async Task<IRenderable?> LookAsync(string[] words, CancellationToken cancellationToken) => words switch
    {
        ["list"] => List(),
        ["compare", var from] => Compare(from, to: null),
        ["compare", var from, var to] => Compare(from, to),
        ["log"] => await LogAsync(cancellationToken),
        _ => null,
    };

    private Table List()
    {
        var table = NewTable("Kept as", "Made", "Entries", "Bytes", "Because", "Snapshot");
        table.Columns[2].RightAligned();
        table.Columns[3].RightAligned();
        table.Columns[5].NoWrap();
        foreach (var snapshot in store.ListSnapshots())
        {
            table.AddRow(
                new Markup(snapshot.PinnedNames.Count > 0 ? $"[bold aqua]{Markup.Escape(string.Join(", ", snapshot.PinnedNames))}[/]" : ""),
                Plain($"{snapshot.CreatedAt?.ToLocalTime().DateTime ?? snapshot.Time:d MMM HH:mm:ss}"),
                Plain($"{snapshot.Entries:N0}"),
                Plain($"{snapshot.SizeBytes:N0}"),
                Plain(snapshot.Problem ?? $"{snapshot.Reason}"),
                new Text(snapshot.FileName, new Style(Color.Grey)));
        }

        return table;
    }

    private Rows Compare(string from, string? to)
    {
        var lines = store.Compare(from, to, Prefix)
            .Select(difference => (IRenderable)new Markup(Difference.ToMarkup(
                difference.Key[Prefix.Length..],
                difference.Kind == KvDifferenceKind.Added ? null : Decode(difference.Before, difference.BeforeFormat),
                difference.Kind == KvDifferenceKind.Removed ? null : Decode(difference.After, difference.AfterFormat))))
            .ToList();
        var title = new Markup($"[grey]from[/] [bold]{Markup.Escape(from)}[/] [grey]to[/] [bold]{Markup.Escape(to ?? "now")}[/]");
        return new Rows([title, .. lines.Count > 0 ? lines : [new Markup("[grey]nothing is different[/]")]]);
    }

    private async Task<Table> LogAsync(CancellationToken cancellationToken)
    {
        var table = NewTable("Number", "When", "Who", "Why", "What");
        foreach (var revision in await writer.GetHistoryAsync(ShownRevisions, cancellationToken))
        {
            table.AddRow(
                Plain($"{revision.Revision}"),
                Plain($"{revision.CommittedAt.ToLocalTime():d MMM HH:mm:ss}"),
                new Text(revision.Author ?? "somebody"),
                new Text(revision.Reason ?? ""),
                new Markup(string.Join('\n', revision.Changes.Select(static change =>
                    Difference.ToMarkup(change.Key, change.Existed ? change.Before ?? "" : null, change.Exists ? change.After ?? "" : null)))));
        }

        return table;
    }

    private static string Decode(ReadOnlyMemory<byte> encoded, KvFormat format) =>
        string.Create(CultureInfo.InvariantCulture, $"{KvSerializer.Native(format).Deserialize<object>(new ReadOnlySequence<byte>(encoded))}");

    private static Table NewTable(params string[] columns) => new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumns(columns);

    private static Text Plain(string text) => new(text);
}
