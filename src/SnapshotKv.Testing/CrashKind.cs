namespace SnapshotKv.Testing;

/// <summary>What a crash takes with it.</summary>
internal enum CrashKind
{
    /// <summary>The process ends (<c>kill -9</c>): all that was written is there, and what was not flushed can still be lost by a later power cut. Locks are gone.</summary>
    ProcessKilled,

    /// <summary>The power fails, and the device has only what was flushed: file contents by a flush, names by a flush of their directory.</summary>
    PowerCutLosingAll,

    /// <summary>The power fails just after the kernel wrote everything out by itself.</summary>
    PowerCutLosingNothing,

    /// <summary>
    /// The power fails in between: each write that was not flushed is there, cut off at some byte, there as zeros, or lost, and each change of a
    /// name is there or lost, in any combination. The harshest that POSIX allows; which combination it is depends on the seed.
    /// </summary>
    PowerCutLosingSome,

    /// <summary>
    /// The power fails in between, on a device that takes whole sectors of 512 bytes: each sector that was written since the flush has its old contents or those after any of
    /// the writes, whatever its neighbours have, sometimes in the order of the writes up to some moment; a grown file has any of its sizes; each change of a
    /// name is there or lost. Unlike <see cref="PowerCutLosingSome"/> it lets a later write survive in one place and an earlier one in another. Decided by the seed.
    /// </summary>
    PowerCutTearingSectors,
}
