using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>A part of a store as a source of configuration: the keys under a prefix, followed while the application runs.</summary>
/// <remarks>Not thread-safe while being set up. What is set after it was added to a builder may come too late.</remarks>
public sealed class SnapshotKvConfigurationSource : IConfigurationSource
{
    /// <summary>The directory of the store.</summary>
    /// <value>
    /// Default: null, the setting <c>SnapshotKv:Path</c> of the sources before this one. A relative path lies under the builder's content root, and where it has none
    /// under the current directory.
    /// </value>
    /// <remarks>The directory is opened once in a process: <c>services.AddSnapshotKv()</c> with the same one shares the store.</remarks>
    public string? Path { get; set; }

    /// <summary>Whose directory it is: this process's own, or another one's that is followed.</summary>
    /// <value>Default: null, the setting <c>SnapshotKv:Mode</c> of the sources before this one, and without it <see cref="KvStoreMode.Owner"/>.</value>
    /// <remarks>
    /// A follower takes no lock and writes nothing. A directory that is not there yet is an empty configuration, which waits. Changes are published as with <see cref="SnapshotKvReloadMode.Change"/>, and the last good
    /// set, which a validation falls back on, is the one that the owner has kept.
    /// </remarks>
    public KvStoreMode? Mode { get; set; }

    /// <summary>A store that is open already, in place of a path.</summary>
    /// <value>Default: null. It stays the caller's: it is never disposed here, and has to outlive the configuration.</value>
    public IKvStore? Store { get; set; }

    /// <summary>Whether the configuration may do without a store when no path is known; it is empty then.</summary>
    /// <value>Default: false, that is an error. A store that is there and cannot be opened is an error in any case.</value>
    public bool Optional { get; set; }

    /// <summary>What stands before every key of the configuration in the store.</summary>
    /// <value>Well-formed text of 1 to 1,024 characters that does not overlap with <c>snapshotkv:</c>. Default: <c>config:</c>.</value>
    public string Prefix { get; set; } = "config:";

    /// <summary>When a changed configuration is published.</summary>
    /// <value>Default: <see cref="SnapshotKvReloadMode.Snapshot"/>.</value>
    public SnapshotKvReloadMode ReloadOn { get; set; }

    /// <summary>How long further changes are waited for after the first one; all of them are published together.</summary>
    /// <value>Not negative, at most a day. Default: 250 ms. <see cref="TimeSpan.Zero"/>: not at all.</value>
    public TimeSpan ReloadDebounce { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>What is asked before a set is published. Each gets the whole candidate, and gives what it has against it.</summary>
    /// <value>Default: empty. See <see cref="Validate"/>.</value>
    public IList<Func<IConfiguration, IEnumerable<string>>> Validators { get; } = [];

    /// <summary>Called with each fault after the start: a set that was refused or cannot be read, a store that throws.</summary>
    /// <value>Default: null. Called outside all locks, on the thread that found the fault; what it throws is logged.</value>
    public Action<Exception>? OnError { get; set; }

    /// <summary>Which keys <see cref="SnapshotKvConfigurationDebugViewExtensions.GetSnapshotKvDebugView"/> shows without their value.</summary>
    /// <value>Whole keys, ignoring case, where <c>*</c> stands for any text and <c>?</c> for one character. Default: keys that have to do with passwords, secrets, tokens, API keys and connection strings.</value>
    public IList<string> MaskedKeys { get; } = [.. KeyPatterns.Defaults];

    /// <summary>Sets how the store is opened, after the section <c>SnapshotKv</c> of the sources before this one was read.</summary>
    /// <value>Default: null. Not called for a <see cref="Store"/> that is open already.</value>
    public Action<SnapshotKvOptions>? ConfigureStore { get; set; }

    /// <summary>The clock that the debounce goes by.</summary>
    /// <value>Default: null: that of the container once there is one, and the system's until then.</value>
    public TimeProvider? TimeProvider { get; set; }

    /// <summary>Where is logged to.</summary>
    /// <value>Default: null: the container's logging. What is logged before there is one is kept and delivered then.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The section of the store's settings.</summary>
    internal string SectionName { get; init; } = StoreSettings.SectionName;

    /// <summary>What the sources before this one have in the section of the store's settings.</summary>
    internal IReadOnlyList<KeyValuePair<string, string?>> EarlierSettings { get; set; } = [];

    /// <summary>Adds a validation that has to pass before a set is published.</summary>
    /// <param name="validator">Gets the whole candidate, without the other sources of the application, and gives what it has against it; nothing lets it pass.</param>
    /// <returns>This source.</returns>
    /// <remarks>
    /// Called on the thread that publishes, and by the writer service before it commits. A candidate that it refuses, or at which it throws, is not published: the last good set
    /// stays, over a restart too.
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="validator"/> is null.</exception>
    public SnapshotKvConfigurationSource Validate(Func<IConfiguration, IEnumerable<string>> validator)
    {
        ArgumentNullException.ThrowIfNull(validator);
        Validators.Add(validator);
        return this;
    }

    /// <summary>Adds a validation of the options that a section is bound to.</summary>
    /// <typeparam name="TOptions">The options.</typeparam>
    /// <param name="section">The section, for instance <c>Mail:Smtp</c>.</param>
    /// <param name="bind">Reads the section into the options, usually <c>(section, options) => section.Bind(options)</c>.</param>
    /// <param name="validator">Says whether the options are good, as it does for <c>IOptions</c>.</param>
    /// <returns>This source.</returns>
    /// <remarks>The options are bound from the candidate alone, so what other sources give them is not there.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public SnapshotKvConfigurationSource ValidateOptions<TOptions>(string section, Action<IConfigurationSection, TOptions> bind, IValidateOptions<TOptions> validator)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(bind);
        ArgumentNullException.ThrowIfNull(validator);
        return Validate(candidate =>
        {
            var options = new TOptions();
            bind(candidate.GetSection(section), options);
            var result = validator.Validate(Options.DefaultName, options);
            return result.Failed ? result.Failures : [];
        });
    }

    /// <inheritdoc/>
    /// <exception cref="OptionsValidationException">Settings are out of range; each is named.</exception>
    public IConfigurationProvider Build(IConfigurationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ThrowIfOutOfRange();
        var root = builder.Properties.TryGetValue("FileProvider", out var files) ? (files as PhysicalFileProvider)?.Root : null;
        return new SnapshotKvConfigurationProvider(this, root);
    }

    /// <summary>How the store is to be opened; null when no path is known.</summary>
    /// <param name="contentRoot">Where relative paths lie; null for the current directory.</param>
    internal SnapshotKvOptions? GetStoreOptions(string? contentRoot)
    {
        var options = new SnapshotKvOptions();
        var earlier = new ConfigurationBuilder().AddInMemoryCollection(EarlierSettings).Build();
        StoreSettings.Read(earlier.GetSection(SectionName), options, Options.DefaultName);

        // The section as it was then: the services read it too, later sources and changes included, and have the last word on it.
        options.Yield();
        ConfigureStore?.Invoke(options);
        options.Path = Path ?? options.Path;
        if (Mode is { } mode)
        {
            options.Mode = mode;
        }

        if (options.Path is not { } path)
        {
            return null;
        }

        // What names no directory is left for the validation to refuse.
        if (contentRoot is not null && !string.IsNullOrWhiteSpace(path))
        {
            options.Path = System.IO.Path.Combine(contentRoot, path);
        }

        if (TimeProvider is not null)
        {
            options.TimeProvider = TimeProvider;
        }

        if (LoggerFactory is not null)
        {
            options.LoggerFactory = LoggerFactory;
        }

        return options;
    }

    private void ThrowIfOutOfRange()
    {
        var errors = new List<string>();
        SnapshotKvConfigurationOptionsValidator.Check(Prefix, ReloadOn, ReloadDebounce, errors);
        if (Store is not null && Path is not null)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{nameof(Store)} and {nameof(Path)} must not both be given; the path is '{Path}'."));
        }

        if (Store is not null && Mode is not null)
        {
            errors.Add($"{nameof(Store)} and {nameof(Mode)} must not both be given: a store that is open already has its own.");
        }

        if (Store is null && GetStoreOptions(contentRoot: null) is { } options)
        {
            errors.AddRange(options.GetErrors().Select(error => $"{SectionName}: {error}"));
        }

        if (errors.Count > 0)
        {
            throw new OptionsValidationException(Options.DefaultName, typeof(SnapshotKvConfigurationSource), errors);
        }
    }
}
