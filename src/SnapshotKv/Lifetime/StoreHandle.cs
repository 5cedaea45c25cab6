using SnapshotKv.Engine;

namespace SnapshotKv.Lifetime;

/// <summary>One of those who have a store open: what it sees of the store, and what it said when it opened it.</summary>
/// <param name="Engine">The store, until this handle is closed.</param>
/// <param name="Settings">The settings it gave, and what the store has for those it did not.</param>
/// <param name="Owner">Who opened it, for messages.</param>
internal sealed record StoreHandle(StoreEngine Engine, SnapshotKvOptions Settings, string Owner)
{
    /// <summary>What it stated, as it was given.</summary>
    public required SnapshotKvOptions Statement { get; set; }

    /// <summary>Who speaks, for messages.</summary>
    public string Describe() => $"{Owner} (path '{Statement.Path}')";
}
