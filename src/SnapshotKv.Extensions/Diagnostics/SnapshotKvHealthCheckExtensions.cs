using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions;
using SnapshotKv.Extensions.Diagnostics;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds and configures the health check of a registered store.</summary>
public static class SnapshotKvHealthCheckExtensions
{
    private static readonly string[] DefaultTags = ["snapshotkv", "storage"];

    /// <summary>Adds a check that fails when a store is closed, takes no writes, cannot save, or is running out of space.</summary>
    /// <param name="builder">What <c>AddHealthChecks</c> gave back.</param>
    /// <param name="name">What the check is called. Default: null: <c>snapshotkv</c>, or <c>snapshotkv-</c> and the store's name.</param>
    /// <param name="failureStatus">What a failure is reported as. Default: null: <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">By which checks are chosen. Default: null: <c>snapshotkv</c> and <c>storage</c>.</param>
    /// <param name="timeout">How long it may take. Default: null: for ever; only a file system that hangs takes long.</param>
    /// <param name="storeName">The name the store was registered under; the start ends with an error when there is none. Default: null: the store of <c>AddSnapshotKv</c>.</param>
    /// <returns>The same builder.</returns>
    /// <remarks>
    /// <para>When it fails is set by <see cref="SnapshotKvHealthCheckOptions"/>: section <c>SnapshotKv:Health</c>, then <see cref="ConfigureHealthCheck"/>.</para>
    /// <para>Let readiness be decided by tags: a store that cannot save still answers, and taking it out of service helps nobody. A store that nothing has opened yet is
    /// opened by the first check.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="builder"/> is null.</exception>
    public static IHealthChecksBuilder AddSnapshotKv(
        this IHealthChecksBuilder builder,
        string? name = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        string? storeName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        var store = storeName ?? Options.Options.DefaultName;
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvHealthCheckOptions>, SnapshotKvHealthCheckOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvHealthCheckOptions>, SnapshotKvHealthCheckOptionsValidator>());
        services.AddOptionsWithValidateOnStart<SnapshotKvHealthCheckOptions>(store);
        services.TryAddKeyedSingleton<FreeSpaceQuery>(store);
        services.TryAddKeyedSingleton(store, static (provider, key) =>
            new HealthLimits(provider, provider.GetRequiredService<IOptionsFactory<SnapshotKvHealthCheckOptions>>(), (string)key!));
        return builder.Add(new HealthCheckRegistration(
            name ?? (store.Length == 0 ? "snapshotkv" : "snapshotkv-" + store),
            provider => new SnapshotKvHealthCheck(provider, store, provider.GetRequiredKeyedService<HealthLimits>(store), provider.GetRequiredKeyedService<FreeSpaceQuery>(store)),
            failureStatus,
            tags ?? DefaultTags,
            timeout));
    }

    /// <summary>Sets when the store's health check fails, after the section <c>SnapshotKv:Health</c> was read.</summary>
    /// <param name="builder">What <c>AddSnapshotKv</c> gave back.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ISnapshotKvBuilder ConfigureHealthCheck(this ISnapshotKvBuilder builder, Action<SnapshotKvHealthCheckOptions> configure) => builder.ConfigureNamed(configure);
}
