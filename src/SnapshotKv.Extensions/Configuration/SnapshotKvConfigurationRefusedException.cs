namespace SnapshotKv.Extensions.Configuration;

/// <summary>A configuration was refused by the application's own validation, so it was not published.</summary>
/// <remarks>The message holds what the validation said. Whether that names values is up to the validation.</remarks>
public class SnapshotKvConfigurationRefusedException : Exception
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public SnapshotKvConfigurationRefusedException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public SnapshotKvConfigurationRefusedException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public SnapshotKvConfigurationRefusedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="prefix">The prefix of the set.</param>
    /// <param name="reasons">What the validation has against the set.</param>
    /// <param name="innerException">What the validation threw, if it did.</param>
    public SnapshotKvConfigurationRefusedException(string prefix, IReadOnlyList<string> reasons, Exception? innerException = null)
        : base($"The configuration under '{prefix}' was refused: {string.Join("; ", reasons)}", innerException)
    {
        Reasons = reasons;
    }

    /// <summary>What the validation has against the set; empty when the message says it all.</summary>
    public IReadOnlyList<string> Reasons { get; } = [];
}
