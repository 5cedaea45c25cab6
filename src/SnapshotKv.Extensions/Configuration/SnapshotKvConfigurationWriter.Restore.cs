namespace SnapshotKv.Extensions.Configuration;

/// <content>Going back to a snapshot: a write like any other, whose values come out of a file.</content>
internal sealed partial class SnapshotKvConfigurationWriter
{
    public async Task<SnapshotKvConfigurationWrite> RestoreAsync(SnapshotKvConfigurationRestore restore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(restore);
        ThrowIfReadOnly();
        ThrowIfNoVersion(restore.ExpectedVersion);
        var (file, once) = await ReadSnapshotAsync(restore.Snapshot, cancellationToken).ConfigureAwait(false);
        var order = new ConfigurationOrder(restore.Author, restore.Reason ?? Describe(restore, file), draft => draft.PutBackSection(restore.Section, once))
        {
            ExpectedVersion = restore.ExpectedVersion,
            RestoredFrom = file,
        };
        return await WriteAsync(order, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<SnapshotKvConfigurationValueChange>> PreviewRestoreAsync(SnapshotKvConfigurationRestore restore, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(restore);
        ThrowIfNoVersion(restore.ExpectedVersion);
        var (_, once) = await ReadSnapshotAsync(restore.Snapshot, cancellationToken).ConfigureAwait(false);
        var state = ReadState();
        ThrowIfNotExpected(state, restore.ExpectedVersion);
        var draft = new ConfigurationDraft(state.Set);
        draft.PutBackSection(restore.Section, once);
        return draft.GetChanges(draft.ToData());
    }

    private async Task<(string File, Dictionary<string, string?> Once)> ReadSnapshotAsync(string snapshot, CancellationToken cancellationToken)
    {
        if (_store is not IKvSnapshots snapshots)
        {
            throw new NotSupportedException($"The store of the configuration under '{_prefix}' keeps no snapshots, so there is none to go back to. Single revisions can be taken back.");
        }

        using var view = await snapshots.OpenSnapshotAsync(snapshot, cancellationToken).ConfigureAwait(false);
        var file = view.Snapshot.FileName;
        try
        {
            return (file, ConfigurationDecoder.Decode(_prefix, ConfigurationReader.ReadUnchanging(view, _prefix)).ToData());
        }
        catch (SnapshotKvConfigurationException unreadable)
        {
            throw new SnapshotKvConfigurationException($"The snapshot '{file}' cannot be gone back to. {unreadable.Message}", unreadable);
        }
    }

    private static string Describe(SnapshotKvConfigurationRestore restore, string file)
    {
        var what = restore.Section.Length == 0 ? "Goes" : $"'{restore.Section}' goes";
        return restore.Snapshot == file ? $"{what} back to the snapshot {file}" : $"{what} back to '{restore.Snapshot}', the snapshot {file}";
    }
}
