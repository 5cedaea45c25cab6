namespace SnapshotKv;

/// <summary>What an opening does when files of the store are damaged. A write that a crash cut off is no damage: it was not acknowledged as being on the device.</summary>
/// <remarks>
/// A snapshot that Go's program saved after this library is no damage either: both open such a directory, and <see cref="KvRecoveryReport.HasLostCommits"/> says whether commits that only the
/// journal held were overruled by it.
/// </remarks>
public enum KvRecoveryMode
{
    /// <summary>Goes back to the newest state that can be put together, sets damaged files aside, and reports what is missing.</summary>
    LastGood,

    /// <summary>Refuses to open with <see cref="KvStoreCorruptedException"/>, and changes nothing.</summary>
    Strict,
}
