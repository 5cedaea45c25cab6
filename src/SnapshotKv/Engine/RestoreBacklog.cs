using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>What is committed outside of the scope of a restore while its table is being built from a capture: the table takes it over before it takes the place of the live one.</summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate.</remarks>
internal sealed class RestoreBacklog(RestoreScope scope, int mostChanges = RestoreBacklog.MostChanges)
{
    /// <summary>Some tens of megabytes of references, and what they keep. Beyond that a new capture costs less.</summary>
    public const int MostChanges = 1 << 20;

    private List<Change> _changes = [];
    private List<Change> _taken = [];

    /// <summary>Gate: whether not everything was kept, so that the table must be built anew.</summary>
    public bool IsLost { get; private set; }

    /// <summary>Gate: how many changes wait.</summary>
    public int Count => _changes.Count;

    /// <summary>Gate: a change was made.</summary>
    public void Note(Record before, Record after)
    {
        var either = after.IsNull ? before : after;
        if (IsLost || either.IsNull || scope.Includes(either))
        {
            return;
        }

        if (_changes.Count == mostChanges)
        {
            NoteClear();
            return;
        }

        _changes.Add(new(either, after.IsNull));
    }

    /// <summary>Gate: everything was removed.</summary>
    public void NoteClear()
    {
        IsLost = true;
        _changes = [];
    }

    /// <summary>Gate: takes what waits; the next changes wait anew.</summary>
    /// <returns>The changes in their order. Valid until the next call.</returns>
    public IReadOnlyList<Change> Take()
    {
        _taken.Clear();
        (_taken, _changes) = (_changes, _taken);
        return _taken;
    }

    /// <summary>A change.</summary>
    /// <param name="Record">What was set, or what was removed.</param>
    /// <param name="IsRemoval">Whether it was removed.</param>
    internal readonly record struct Change(Record Record, bool IsRemoval);
}
