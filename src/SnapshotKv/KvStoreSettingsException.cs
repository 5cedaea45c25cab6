namespace SnapshotKv;

/// <summary>Two registrations in one process disagree about the settings of one directory. The message spells out both.</summary>
public class KvStoreSettingsException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreSettingsException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreSettingsException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreSettingsException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
