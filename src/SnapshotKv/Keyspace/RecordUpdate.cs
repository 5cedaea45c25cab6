namespace SnapshotKv.Keyspace;

/// <summary>What a new record brings.</summary>
internal enum RecordUpdate : byte
{
    /// <summary>Everything: it takes the place of whatever is there.</summary>
    All,

    /// <summary>The value; life, tags and blob are those of the live entry.</summary>
    Value,

    /// <summary>The blob; value, life and tags are those of the live entry.</summary>
    Blob,
}
