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
}
