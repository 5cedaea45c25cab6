namespace SnapshotKv.Testing;

/// <summary>The operations of a file system that count.</summary>
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

    /// <summary>A file's bytes are made durable, without its times.</summary>
    FlushData,

    /// <summary>A file is mapped into memory.</summary>
    Map,

    /// <summary>Bytes are stored into a mapping. Cannot fail.</summary>
    Store,

    /// <summary>Eight bytes are stored into a mapping at once. Cannot fail.</summary>
    Publish,

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
