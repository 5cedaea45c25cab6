namespace SnapshotKv.Engine;

/// <summary>What becomes of the journal while a follower is to read everything anew.</summary>
internal enum ReloadNeed
{
    /// <summary>The journal leads on, though not to everything: it is followed meanwhile. Each look finds the reason again for as long as there is one, so that none is kept.</summary>
    Besides,

    /// <summary>The journal could not be read on: everything is read in its place, once. Where that fails, it is the journal's turn again.</summary>
    Instead,

    /// <summary>The journal leads nowhere from here: nothing but everything read anew does, and it is tried until it succeeds.</summary>
    Only,
}
