namespace SnapshotKv.Snapshots;

/// <summary>How a snapshot's entries are to be understood. Version 2 was written with two meanings.</summary>
internal enum SnapshotDialect
{
    /// <summary>The version has not been seen yet.</summary>
    Undecided,

    /// <summary>v0.1.0: an entry is the user's document, with reserved keys in it.</summary>
    Documents,

    /// <summary>v0.2.0, which calls itself version 2: an entry has fields, and its value stands there as it is.</summary>
    InlineValues,

    /// <summary>v0.3.0 and this library: an entry has fields, and its value is bytes that hold the encoded value.</summary>
    EncodedValues,
}
