namespace SnapshotKv.Keyspace;

/// <content>Another table's entries in the place of these, which takes no longer for a million than for one.</content>
internal sealed partial class RecordTable
{
    /// <summary>
    /// Gate: exchanges the entries with those of another table that nobody else sees. A reader who has begun finishes on the entries as they were; each key is found as it was or as it is, and none
    /// is missing in between.
    /// </summary>
    /// <param name="other">Has the former entries afterwards, which nobody changes any more.</param>
    public void ReplaceWith(RecordTable other)
    {
        var (root, count, expiring, opaque, isApplying) = (_root, _count, _expiringCount, _opaqueCount, _isApplying);
        Volatile.Write(ref _root, other._root);
        Volatile.Write(ref _count, other._count);
        Volatile.Write(ref _expiringCount, other._expiringCount);
        Volatile.Write(ref _opaqueCount, other._opaqueCount);
        _isApplying = other._isApplying;
        (other._root, other._count, other._expiringCount, other._opaqueCount, other._isApplying) = (root, count, expiring, opaque, isApplying);
    }
}
