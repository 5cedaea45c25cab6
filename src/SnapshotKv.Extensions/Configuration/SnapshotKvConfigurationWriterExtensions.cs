namespace SnapshotKv.Extensions.Configuration;

/// <summary>Single changes of a configuration, and taking them back.</summary>
public static class SnapshotKvConfigurationWriterExtensions
{
    /// <summary>Sets a key.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The text; null hides what earlier sources say.</param>
    /// <param name="author">Who makes the change.</param>
    /// <param name="reason">Why.</param>
    /// <param name="expectedVersion">The version that the configuration must have; null for any.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <returns>What was changed.</returns>
    /// <exception cref="ArgumentException">
    /// The key is empty, has an empty segment or one with blanks at its ends, is too long or not well-formed, or lies in the section <c>SnapshotKv</c>; or
    /// <paramref name="expectedVersion"/> is no version at all.
    /// </exception>
    /// <inheritdoc cref="ISnapshotKvConfigurationWriter.ApplyAsync"/>
    public static Task<SnapshotKvConfigurationWrite> SetAsync(
        this ISnapshotKvConfigurationWriter writer,
        string key,
        string? value,
        string? author = null,
        string? reason = null,
        string? expectedVersion = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.ApplyAsync(New(author, reason, expectedVersion).Set(key, value), cancellationToken);
    }

    /// <summary>Removes a key, so that earlier sources have the say again. Keys below it stay.</summary>
    /// <inheritdoc cref="SetAsync"/>
    public static Task<SnapshotKvConfigurationWrite> RemoveAsync(
        this ISnapshotKvConfigurationWriter writer,
        string key,
        string? author = null,
        string? reason = null,
        string? expectedVersion = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.ApplyAsync(New(author, reason, expectedVersion).Remove(key), cancellationToken);
    }

    /// <summary>Removes a section: its own value and all keys below it.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="section">The section; empty for the whole configuration.</param>
    /// <param name="author">Who makes the change.</param>
    /// <param name="reason">Why.</param>
    /// <param name="expectedVersion">The version that the configuration must have; null for any.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <inheritdoc cref="SetAsync"/>
    public static Task<SnapshotKvConfigurationWrite> RemoveSectionAsync(
        this ISnapshotKvConfigurationWriter writer,
        string section,
        string? author = null,
        string? reason = null,
        string? expectedVersion = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.ApplyAsync(New(author, reason, expectedVersion).RemoveSection(section), cancellationToken);
    }

    /// <summary>Gives a section these keys, and no others.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="section">The section; empty for the whole configuration.</param>
    /// <param name="values">The keys below the section, without it, and their values.</param>
    /// <param name="author">Who makes the change.</param>
    /// <param name="reason">Why.</param>
    /// <param name="expectedVersion">The version that the configuration must have; null for any.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <inheritdoc cref="SetAsync"/>
    public static Task<SnapshotKvConfigurationWrite> ReplaceSectionAsync(
        this ISnapshotKvConfigurationWriter writer,
        string section,
        IEnumerable<KeyValuePair<string, string?>> values,
        string? author = null,
        string? reason = null,
        string? expectedVersion = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.ApplyAsync(New(author, reason, expectedVersion).ReplaceSection(section, values), cancellationToken);
    }

    /// <summary>Takes a revision back: gives each key that it changed the value of before. That is a revision of its own, which can be taken back in turn.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="revision">The number of the revision.</param>
    /// <param name="author">Who takes it back.</param>
    /// <param name="reason">Why; null for one that names the revision.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <inheritdoc cref="ISnapshotKvConfigurationWriter.UndoAsync"/>
    public static Task<SnapshotKvConfigurationWrite> UndoAsync(
        this ISnapshotKvConfigurationWriter writer,
        long revision,
        string? author = null,
        string? reason = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.UndoAsync(new SnapshotKvConfigurationUndo(revision) { Author = author, Reason = reason }, cancellationToken);
    }

    /// <summary>Goes back to a snapshot: gives the whole configuration the keys and values that the snapshot has, and no others, as a revision that can be taken back in turn.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="snapshot">The name of the snapshot's file, or a name that it is pinned by.</param>
    /// <param name="author">Who goes back.</param>
    /// <param name="reason">Why; null for one that names the snapshot.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <inheritdoc cref="ISnapshotKvConfigurationWriter.RestoreAsync"/>
    public static Task<SnapshotKvConfigurationWrite> RestoreAsync(
        this ISnapshotKvConfigurationWriter writer,
        string snapshot,
        string? author = null,
        string? reason = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        return writer.RestoreAsync(new SnapshotKvConfigurationRestore(snapshot) { Author = author, Reason = reason }, cancellationToken);
    }

    private static SnapshotKvConfigurationChange New(string? author, string? reason, string? expectedVersion) =>
        new() { Author = author, Reason = reason, ExpectedVersion = expectedVersion };
}
