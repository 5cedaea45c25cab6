using System.Globalization;
using Microsoft.Extensions.Logging;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Which snapshots of a store are kept whatever their age: those pinned by name, and those that the journal needs. And what no restore rolls back.</summary>
/// <remarks>
/// Thread-safe. What is asked is answered from memory; what changes is written at once. A method that throws has changed nothing, in memory as on the disk. Retention asks within the same
/// lock, so that no snapshot is deleted while it is being pinned.
/// </remarks>
internal sealed partial class SnapshotHistory
{
    /// <summary>How many of the names are kept that the store gave by itself.</summary>
    public const int MostAutomaticPins = 5;

    /// <summary>How many names may be given; a file may have more, after its predecessor was damaged.</summary>
    public const int MostPins = 1000;

    /// <summary>What the prefixes may take of the file, so that as many pins and holds as there may be have room beside them.</summary>
    private const int MostProtectedBytes = HistoryDocument.MostBytes / 4;

    private const string AutomaticPrefix = "before-restore-";

    private readonly Lock _lock = new();
    private readonly SnapshotCatalog _catalog;
    private readonly HistoryFile _file;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private HistoryDocument _document;
    private bool _isUnwritten;

    private SnapshotHistory(SnapshotCatalog catalog, HistoryFile file, TimeProvider timeProvider, ILogger logger, HistoryDocument document)
    {
        _catalog = catalog;
        _file = file;
        _timeProvider = timeProvider;
        _logger = logger;
        _document = document;
    }

    /// <summary>Called before the file is written: sees to it that the directory is ours, and says whether it was lost and made again.</summary>
    public Func<bool>? Guard { get; set; }

    /// <summary>The prefixes of keys that no restore rolls back; none begins with another.</summary>
    public IReadOnlyList<string> ProtectedPrefixes => Current.Protected;

    private HistoryDocument Current => Volatile.Read(ref _document);

    /// <summary>Finds a snapshot by the name of its file, or by one that it is pinned by.</summary>
    /// <exception cref="KvSnapshotException">There is none.</exception>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    public SnapshotFile Resolve(string snapshot)
    {
        // Only what the directory lists, by a name in the strict form, ever becomes a path.
        var fileName = SnapshotName.TryParse(snapshot, out _) ? snapshot : Current.Pins.FirstOrDefault(pin => pin.Name == snapshot)?.Snapshot;
        return (fileName is null ? null : Find(fileName)) ?? throw KvSnapshotException.NotFound(snapshot);
    }

    /// <summary>The names that a snapshot is pinned by, in the order of their characters.</summary>
    public IReadOnlyList<string> NamesOf(string fileName) =>
        [.. Current.Pins.Where(pin => pin.Snapshot == fileName).Select(static pin => pin.Name).Order(StringComparer.Ordinal)];

    /// <summary>Whether retention must leave a snapshot alone: it is pinned, or the journal needs it.</summary>
    public bool IsHeld(string fileName) => IsHeld(Current, fileName);

    /// <summary>Pins a snapshot.</summary>
    /// <param name="snapshot">The name of its file, or one that it is pinned by.</param>
    /// <param name="name">The name it is to have. If it has that already, nothing happens.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="ArgumentException">The name cannot be one.</exception>
    /// <exception cref="KvSnapshotException">There is no such snapshot, another one has the name, or there are too many names.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public SnapshotFile Pin(string snapshot, string name)
    {
        PinName.ThrowIfInvalid(name);
        lock (_lock)
        {
            var file = Resolve(snapshot);
            if (_document.Pins.FirstOrDefault(pin => pin.Name == name) is { } taken)
            {
                return taken.Snapshot == file.FileName
                    ? file
                    : throw new KvSnapshotException(
                        name,
                        KvSnapshotProblem.NameTaken,
                        $"The name '{name}' cannot be given to '{file.FileName}', because '{taken.Snapshot}' is pinned by it. Take another name, or unpin that one first.");
            }

            if (_document.Pins.Count >= MostPins)
            {
                throw new KvSnapshotException(
                    name, KvSnapshotProblem.TooMany, string.Create(CultureInfo.InvariantCulture, $"There are {_document.Pins.Count} pinned names already, and {MostPins} may be given. Unpin some of them."));
            }

            Write(WithPins([.. _document.Pins, new(name, file.FileName, _timeProvider.GetUtcNow(), IsAutomatic: false)]));
            return file;
        }
    }

    /// <summary>Pins the snapshot of before a restore by a name of its own. Once that is committed, <see cref="ReleaseOldAutomaticPins"/> makes the oldest go.</summary>
    /// <returns>The name.</returns>
    /// <inheritdoc cref="Pin"/>
    public string PinBeforeRestore(string snapshot)
    {
        lock (_lock)
        {
            var file = Resolve(snapshot);
            var name = NextAutomaticName();
            Write(WithPins([.. _document.Pins, new(name, file.FileName, _timeProvider.GetUtcNow(), IsAutomatic: true)]));
            return name;
        }
    }

    /// <summary>Lets go of the oldest that were pinned for restores when there are more than <see cref="MostAutomaticPins"/>. Where the disk refuses, with the next change or save.</summary>
    public void ReleaseOldAutomaticPins()
    {
        lock (_lock)
        {
            var automatic = _document.Pins.Where(static pin => pin.IsAutomatic).ToList();
            if (automatic.Count > MostAutomaticPins)
            {
                var dropped = automatic.Take(automatic.Count - MostAutomaticPins).ToHashSet();
                WriteLater(WithPins([.. _document.Pins.Where(pin => !dropped.Contains(pin))]));
            }
        }
    }

    /// <summary>Takes a name away; retention may delete the snapshot with the next save.</summary>
    /// <returns>False when nothing has the name.</returns>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public bool Unpin(string name)
    {
        lock (_lock)
        {
            var left = _document.Pins.Where(pin => pin.Name != name).ToList();
            if (left.Count == _document.Pins.Count)
            {
                return false;
            }

            Write(WithPins(left));
            return true;
        }
    }

    /// <summary>
    /// Keys under a prefix are not rolled back by any restore from now on. That is so in memory at once; a disk that refuses to note it is logged, and it is noted with the next
    /// change or save.
    /// </summary>
    /// <exception cref="KvSnapshotException">There are too many prefixes.</exception>
    public void Protect(string prefix)
    {
        lock (_lock)
        {
            if (_document.Protected.Any(other => prefix.StartsWith(other, StringComparison.Ordinal)))
            {
                return;
            }

            var next = _document with
            {
                Protected = [.. _document.Protected.Where(other => !other.StartsWith(prefix, StringComparison.Ordinal)).Append(prefix).Order(StringComparer.Ordinal)],
            };
            if (next.Protected.Count > HistoryDocument.MostPrefixes || (HistoryDocument.Empty with { Protected = next.Protected }).Encode().Length > MostProtectedBytes)
            {
                throw new KvSnapshotException(prefix, KvSnapshotProblem.TooMany, $"There are too many protected prefixes to note another: {_document.Protected.Count}. Protect a prefix that they have in common.");
            }

            WriteLater(next);
        }
    }

    /// <summary>Deletes the snapshots that are not kept by a policy, by a name or by the journal.</summary>
    /// <returns>The names deleted, oldest first.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public IReadOnlyList<string> Prune(in RetentionPolicy policy)
    {
        lock (_lock)
        {
            return _catalog.Prune(policy, fileName => IsHeld(_document, fileName));
        }
    }

    private static bool IsHeld(HistoryDocument document, string fileName) =>
        document.Pins.Any(pin => pin.Snapshot == fileName) || document.Holds.Any(hold => hold.Snapshot == fileName);

    private SnapshotFile? Find(string fileName)
    {
        try
        {
            return _catalog.List().Candidates.Where(file => file.FileName == fileName).Select(static file => (SnapshotFile?)file).FirstOrDefault();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshots in '{_catalog.DirectoryPath}' cannot be listed: {exception.Message}", exception);
        }
    }

    private HistoryDocument WithPins(IReadOnlyList<HistoryPin> pins) => _document with { Pins = pins };

    /// <summary>The local time, as in the names of snapshots; with a number behind it when that is taken.</summary>
    private string NextAutomaticName()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{AutomaticPrefix}{_timeProvider.GetLocalNow():yyyyMMdd-HHmmss}");
        var next = name;
        for (var i = 2; _document.Pins.Any(pin => pin.Name == next); i++)
        {
            next = string.Create(CultureInfo.InvariantCulture, $"{name}-{i}");
        }

        return next;
    }
}
