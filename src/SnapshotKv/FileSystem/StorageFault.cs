namespace SnapshotKv.FileSystem;

/// <summary>What a failed file operation tells about its cause, as far as a remedy depends on it.</summary>
internal enum StorageFault
{
    /// <summary>Anything else; the exception's message says more.</summary>
    Other,

    /// <summary>The device or the user's quota is full.</summary>
    NoSpace,

    /// <summary>The file system is mounted read-only.</summary>
    ReadOnly,

    /// <summary>The user may not do this.</summary>
    AccessDenied,

    /// <summary>A file or directory is not there.</summary>
    Missing,

    /// <summary>Somebody else holds the file.</summary>
    InUse,

    /// <summary>The file system does not do this, whatever the state of the device.</summary>
    Unsupported,
}
