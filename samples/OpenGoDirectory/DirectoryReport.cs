using System.Globalization;
using SnapshotKv;
using Spectre.Console;

namespace OpenGoDirectory;

/// <summary>Shows a store's directory as three tables: snapshots, entries, blobs.</summary>
public static class DirectoryReport
{
    private const int LongestKey = 30;
    private const int LongestValue = 40;

    /// <summary>Shows a directory.</summary>
    /// <returns>The exit code: 0; 1 when none of the snapshots can be read; 2 when the path is not a store's directory.</returns>
    public static int Show(string path, IAnsiConsole console, TextWriter errors, TimeProvider timeProvider)
    {
        var source = Path.GetFullPath(path);
        if (!Directory.Exists(Path.Combine(source, "snapshots")))
        {
            errors.WriteLine($"'{source}' is not a store's directory: it has no directory 'snapshots'. Name the directory that Go's snapshotkv was opened with.");
            return 2;
        }

        using var copy = DirectoryCopy.Of(source);
        try
        {
            using var store = KvStore.Open(new SnapshotKvOptions
            {
                Path = copy.Path,
                SaveDebounce = Timeout.InfiniteTimeSpan,
                Durability = KvDurability.Snapshot,
                TtlCleanupInterval = TimeSpan.Zero,
                TimeProvider = timeProvider,
            });
            console.Write(Snapshots(store, copy));
            console.Write(Entries(store, timeProvider));
        }
        catch (KvStoreException exception)
        {
            errors.WriteLine(copy.AboutTheSource(exception.Message));
            return 1;
        }

        console.Write(Blobs(source));
        return 0;
    }

    private static Table Snapshots(KvStore store, DirectoryCopy copy)
    {
        var table = NewTable("Snapshots", "File", "Bytes", "");
        table.Columns[0].NoWrap();
        table.Columns[1].RightAligned();
        foreach (var problem in store.RecoveryReport.Problems)
        {
            table.AddRow(Plain(problem.FileName), Plain(""), Plain("damaged: " + copy.AboutTheSource(problem.Reason)));
        }

        foreach (var snapshot in store.ListSnapshots())
        {
            var isLoaded = snapshot.FileName == store.RecoveryReport.LoadedSnapshot?.FileName;
            table.AddRow(Plain(snapshot.FileName), Number(snapshot.SizeBytes), Plain(isLoaded ? "shown below" : "older"));
        }

        foreach (var name in store.RecoveryReport.IgnoredFiles)
        {
            table.AddRow(Plain(name), Plain(""), Plain("not a snapshot's name: ignored"));
        }

        return table;
    }

    private static Table Entries(KvStore store, TimeProvider timeProvider)
    {
        var table = NewTable("Entries", "Key", "Value", "Expires (UTC)");
        var now = timeProvider.GetUtcNow();
        foreach (var key in store.GetKeys())
        {
            var life = store.GetTimeToLive(key);
            if (life.Exists)
            {
                table.AddRow(Plain(ValueText.OfKey(key, LongestKey)), Plain(ValueOf(store, key)), Plain(Expiry(now, life)));
            }
        }

        var opaque = store.OpaqueKeyCount;
        table.Caption = new TableTitle(opaque == 0 ? $"{table.Rows.Count} live" : $"{table.Rows.Count} live, and {opaque} whose keys are not UTF-8");
        return table;
    }

    private static Table Blobs(string source)
    {
        var table = NewTable("Blobs", "Id", "Bytes");
        table.Columns[1].RightAligned();
        var blobs = BlobFile.List(source, out var others);
        foreach (var blob in blobs)
        {
            table.AddRow(Plain(blob.Id), Number(blob.SizeBytes));
        }

        table.Caption = new TableTitle(others == 0 ? $"{blobs.Count} files" : $"{blobs.Count} files, and {others} that are no blobs");
        return table;
    }

    private static string ValueOf(KvStore store, string key)
    {
        try
        {
            return store.TryGet(key, out var value) ? ValueText.Describe(value, LongestValue) : "(expired)";
        }
        catch (KvSerializationException exception)
        {
            return exception.Message;
        }
    }

    private static string Expiry(DateTimeOffset now, KvTimeToLive life)
    {
        if (life.Remaining is not { } remaining)
        {
            return "never";
        }

        // The instant is what the file holds; the time left is counted from a clock that has gone on since, so it is rounded to the second.
        var halfSecond = TimeSpan.FromMilliseconds(500);
        return (now + remaining + halfSecond).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    private static Table NewTable(string title, params string[] columns)
    {
        var table = new Table { Title = new TableTitle(title), Border = TableBorder.Rounded };
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(Plain(column)));
        }

        return table;
    }

    // Never as markup: keys and values may hold brackets.
    private static Text Plain(string text) => new(text);

    private static Text Number(long number) => new(number.ToString("N0", CultureInfo.InvariantCulture));
}
