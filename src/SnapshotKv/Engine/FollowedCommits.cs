using System.Runtime.InteropServices;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>Carries out on the live store what the owner's journal says.</summary>
/// <param name="pipeline">The store.</param>
/// <param name="directory">Where the snapshots lie that restores name.</param>
/// <param name="serializers">Is told of claims.</param>
/// <param name="timeProvider">The follower's clock.</param>
/// <param name="settled">See <see cref="FrameSink.Settled"/>.</param>
/// <param name="followed">Called after each commit; null for nobody.</param>
/// <param name="cancellationToken">Gives up the reading of a snapshot that a restore names.</param>
internal sealed class FollowedCommits(
    CommitPipeline pipeline, FollowedDirectory directory, IFollowedClaims serializers, TimeProvider timeProvider, ulong settled, Action? followed, CancellationToken cancellationToken) : FrameSink(settled)
{
    private readonly HashSet<byte[]> _keys = new(KeyBytes.Comparer);

    /// <summary>
    /// Whether the owner has slid an entry on that is not here, and would be alive: it was taken out of memory before the journal was told of the slide, or what is here is not what
    /// the owner has. Only everything read anew brings it.
    /// </summary>
    public bool HasMissedSlide { get; private set; }

    protected override void Commit(List<TableChange> changes, ulong number)
    {
        foreach (ref var change in CollectionsMarshal.AsSpan(changes))
        {
            if (!change.After.IsNull)
            {
                change.After = directory.Converter.Convert(change.After);
            }
        }

        RemoveRepeated(changes);
        pipeline.Follow(CollectionsMarshal.AsSpan(changes), number);
        followed?.Invoke();
    }

    protected override void Clear(ulong number)
    {
        pipeline.FollowClear(number);
        followed?.Invoke();
    }

    protected override void RemoveByPrefix(ReadOnlySpan<byte> prefix, ulong number)
    {
        pipeline.FollowRemovalByPrefix(prefix.ToArray(), number);
        followed?.Invoke();
    }

    protected override void RemoveByTag(ReadOnlySpan<byte> tagPrefix, ulong number)
    {
        pipeline.FollowRemovalByTag(tagPrefix.ToArray(), number);
        followed?.Invoke();
    }

    /// <summary>Nobody else commits here, so that the table is built beside the readers without further ado.</summary>
    protected override void Restore(JournalRestore frame, ulong number)
    {
        var restore = directory.LoadRestore(frame, pipeline.Versions.NextMark, out var format, cancellationToken);
        restore.Build(restore.Scope.IsEverything ? [] : pipeline.Capture());
        var table = format == directory.Format ? restore.Table : directory.Converter.Convert(restore.Table, frame.Snapshot);
        pipeline.FollowAnew(table, restore.Scope.Prefix, number);
        followed?.Invoke();
    }

    protected override Record Find(ReadOnlySpan<byte> key) => pipeline.Table.Find(key);

    protected override void Slide(Record record, long deadline) => pipeline.FollowSlide(record, deadline);

    /// <summary>What is over by the clock here would not be seen, and not be kept: of a clock that is far ahead of the owner's nothing better is to be had.</summary>
    protected override void MissSlide(long deadline) => HasMissedSlide |= deadline > KvClock.FromDateTimeOffset(timeProvider.GetUtcNow());

    protected override void Claim(string prefix, string name) => serializers.Follow(prefix, name);

    protected override void Forget(string prefix) => serializers.Follow(prefix, name: null);

    /// <summary>No owner writes a key twice into one commit, but a file may say anything: the last one counts, as in a replay.</summary>
    private void RemoveRepeated(List<TableChange> changes)
    {
        if (changes.Count < 2)
        {
            return;
        }

        _keys.Clear();
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            if (!_keys.Add(changes[i].Key.ToArray()))
            {
                changes.RemoveAt(i);
            }
        }
    }
}
