namespace SnapshotKv.Extensions.Configuration;

/// <summary>What a store holds as configuration cannot be one: two keys differ only in case, or a value is bytes.</summary>
/// <remarks>Nothing of such a set is published. The message names keys, never values.</remarks>
public class SnapshotKvConfigurationException : FormatException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public SnapshotKvConfigurationException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public SnapshotKvConfigurationException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public SnapshotKvConfigurationException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for a set with several faults.</summary>
    /// <param name="prefix">The prefix of the set.</param>
    /// <param name="problems">One sentence for each fault.</param>
    public SnapshotKvConfigurationException(string prefix, IReadOnlyList<string> problems)
        : base($"What the store holds under '{prefix}' cannot be a configuration. {string.Join(' ', problems)}")
    {
        Problems = problems;
    }

    /// <summary>One sentence for each fault, naming the keys; empty when the message says it all.</summary>
    public IReadOnlyList<string> Problems { get; } = [];
}
