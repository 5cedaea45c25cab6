using Microsoft.Extensions.Options;
using SnapshotKv;
using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Configuration;

namespace Microsoft.Extensions.Configuration;

/// <summary>Adds the part of a store that holds configuration to the sources of an application.</summary>
public static class SnapshotKvConfigurationExtensions
{
    /// <summary>Adds the configuration in the store whose directory the sources so far name by <c>SnapshotKv:Path</c>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <para>The other settings of the section <c>SnapshotKv</c> count too, and those of <c>SnapshotKv:Configuration</c>. What the store holds goes before the sources so far, and behind
    /// those that are added later.</para>
    /// <para>An application builder opens the store in this call, others when they are built. <c>services.AddSnapshotKv()</c> with the same directory shares it.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    /// <exception cref="InvalidOperationException">No source so far names a path. On a builder that is built later, thrown then.</exception>
    /// <exception cref="OptionsValidationException">Settings cannot be read or are out of range; all are named.</exception>
    /// <exception cref="KvStoreException">The store cannot be opened. On a builder that is built later, thrown then.</exception>
    public static IConfigurationBuilder AddSnapshotKv(this IConfigurationBuilder builder) => Add(builder, Options.Options.DefaultName, path: null, configure: null);

    /// <summary>Adds the configuration in the store in a directory.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="path">The directory. A relative one lies under the builder's content root, and where it has none under the current directory.</param>
    /// <inheritdoc cref="AddSnapshotKv(IConfigurationBuilder)"/>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    public static IConfigurationBuilder AddSnapshotKv(this IConfigurationBuilder builder, string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return Add(builder, Options.Options.DefaultName, path, configure: null);
    }

    /// <summary>Adds the configuration in a store.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets up the source, after the sources so far were read.</param>
    /// <inheritdoc cref="AddSnapshotKv(IConfigurationBuilder)"/>
    public static IConfigurationBuilder AddSnapshotKv(this IConfigurationBuilder builder, Action<SnapshotKvConfigurationSource> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Add(builder, Options.Options.DefaultName, path: null, configure);
    }

    /// <summary>Adds the configuration in a store that <c>services.AddKeyedSnapshotKv</c> registers under a name, whose section is <c>SnapshotKv:Stores:</c> with the name.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The store's name.</param>
    /// <param name="configure">Sets up the source, after the sources so far were read.</param>
    /// <inheritdoc cref="AddSnapshotKv(IConfigurationBuilder)"/>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static IConfigurationBuilder AddKeyedSnapshotKv(this IConfigurationBuilder builder, string name, Action<SnapshotKvConfigurationSource>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Add(builder, name, path: null, configure);
    }

    private static IConfigurationBuilder Add(IConfigurationBuilder builder, string name, string? path, Action<SnapshotKvConfigurationSource>? configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var source = new SnapshotKvConfigurationSource { SectionName = StoreSettings.SectionOf(name) };
        EarlierSources.Read(builder, configuration => ReadSettings(configuration, source));
        source.Path = path;
        configure?.Invoke(source);
        return builder.Add(source);
    }

    private static void ReadSettings(IConfiguration configuration, SnapshotKvConfigurationSource source)
    {
        var section = configuration.GetSection(source.SectionName);
        source.EarlierSettings = [.. section.AsEnumerable()];

        // The store's own are read here only to name what cannot be read where it was asked for, and all of it at once.
        var settings = new SettingsReader(section);
        StoreSettings.Read(settings, new SnapshotKvOptions());
        ConfigurationSettings.Read(settings, source);
        settings.ThrowIfFailed(Options.Options.DefaultName, typeof(SnapshotKvConfigurationSource));
    }
}
