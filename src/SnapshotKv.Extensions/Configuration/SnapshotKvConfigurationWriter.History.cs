using System.Globalization;

namespace SnapshotKv.Extensions.Configuration;

/// <content>What was written, and taking it back.</content>
internal sealed partial class SnapshotKvConfigurationWriter
{
    public ValueTask<IReadOnlyList<SnapshotKvConfigurationRevision>> GetHistoryAsync(int limit = 100, CancellationToken cancellationToken = default) =>
        GetHistoryAsync(string.Empty, limit, cancellationToken);

    public ValueTask<IReadOnlyList<SnapshotKvConfigurationRevision>> GetHistoryAsync(string section, int limit = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        var revisions = new List<SnapshotKvConfigurationRevision>();
        var head = _history.ReadHead();
        for (var revision = head.Revision; revision >= head.Oldest && revisions.Count < limit; revision--)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // One that is taken out at this moment is not missed.
            if (_history.Find(revision) is { } found && (section.Length == 0 || found.Changes.Any(change => ConfigurationKeys.IsInSection(change.Key, section))))
            {
                revisions.Add(found);
            }
        }

        return ValueTask.FromResult<IReadOnlyList<SnapshotKvConfigurationRevision>>(revisions);
    }

    public Task<SnapshotKvConfigurationWrite> UndoAsync(SnapshotKvConfigurationUndo undo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(undo);
        ThrowIfReadOnly();
        cancellationToken.ThrowIfCancellationRequested();
        var undone = _history.Find(undo.Revision) ?? throw NotKept(undo.Revision);
        var changes = Choose(undone, undo.Keys);
        var reason = undo.Reason ?? string.Create(CultureInfo.InvariantCulture, $"Takes revision {undo.Revision} back");
        return WriteAsync(new(undo.Author, reason, draft => TakeBack(undone.Revision, changes, undo.Force, draft)) { UndoOf = undo.Revision }, cancellationToken);
    }

    private static IReadOnlyList<SnapshotKvConfigurationValueChange> Choose(SnapshotKvConfigurationRevision undone, IReadOnlyCollection<string>? keys)
    {
        if (keys is null)
        {
            return undone.Changes;
        }

        var wanted = new HashSet<string>(keys, StringComparer.OrdinalIgnoreCase);
        var changes = undone.Changes.Where(change => wanted.Remove(change.Key)).ToList();
        return wanted.Count == 0
            ? changes
            : throw new ArgumentException(
                string.Create(CultureInfo.InvariantCulture, $"Revision {undone.Revision} did not change {Quote(wanted.Order(StringComparer.Ordinal))}; it changed {Quote(undone.Changes.Select(static change => change.Key))}."),
                nameof(keys));
    }

    private static void TakeBack(long revision, IReadOnlyList<SnapshotKvConfigurationValueChange> changes, bool force, ConfigurationDraft draft)
    {
        var changedSince = changes
            .Where(change => draft.TryGetBefore(change.Key, out var current) != change.Exists || current != change.After)
            .Select(static change => change.Key)
            .ToList();
        if (changedSince.Count > 0 && !force)
        {
            throw new KvConflictException(
                changedSince[0],
                string.Create(CultureInfo.InvariantCulture, $"Revision {revision} cannot be taken back: {Quote(changedSince)} changed since. Take the later revisions back first, leave these keys out, or force it."));
        }

        foreach (var change in changes)
        {
            draft.PutBack(change.Key, change.Existed, change.Before);
        }
    }

    private ArgumentOutOfRangeException NotKept(long revision)
    {
        var head = _history.ReadHead();
        return new(nameof(revision), revision, head.Revision == 0
            ? "The history is empty."
            : string.Create(CultureInfo.InvariantCulture, $"The history has the revisions {head.Oldest} to {head.Revision}."));
    }
}
