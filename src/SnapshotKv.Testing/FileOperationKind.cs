namespace SnapshotKv.Testing;

/// <summary>The operations of a file system that can fail.</summary>
internal enum FileOperationKind
{
    /// <summary>A directory is made.</summary>
    CreateDirectory,

    /// <summary>A directory's children are listed.</summary>
    List,

    /// <summary>A file is opened for reading.</summary>
    OpenRead,

    /// <summary>A file is created.</summary>
    CreateNew,

    /// <summary>An open file's size is asked for.</summary>
    GetLength,

    /// <summary>Bytes are read.</summary>
    Read,

    /// <summary>Bytes are written.</summary>
    Write,

    /// <summary>A file is made durable.</summary>
    Flush,

    /// <summary>A file gets another name.</summary>
    Rename,

    /// <summary>A file is deleted.</summary>
    Delete,

    /// <summary>A directory's names are made durable.</summary>
    FlushDirectory,

    /// <summary>A lock is asked for.</summary>
    Lock,

    /// <summary>The free space is asked for.</summary>
    GetAvailableBytes,

    /// <summary>Links are resolved.</summary>
    GetRealPath,
}
