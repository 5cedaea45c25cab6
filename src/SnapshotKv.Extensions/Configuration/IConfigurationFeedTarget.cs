namespace SnapshotKv.Extensions.Configuration;

/// <summary>Takes what a <see cref="ConfigurationFeed"/> brings. Nothing here may throw.</summary>
internal interface IConfigurationFeedTarget
{
    /// <summary>A whole set, which may be older than one that came before.</summary>
    void Offer(ConfigurationEntries entries);

    /// <summary>The store threw; it is tried again.</summary>
    void OnFailed(Exception exception, TimeSpan retryAfter);

    /// <summary>The store was closed; nothing comes any more.</summary>
    void OnClosed();
}
