using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.AspNetCore.Session;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps ASP.NET Core's sessions in a SnapshotKv store.</summary>
public static class SnapshotKvSessionServiceCollectionExtensions
{
    /// <summary>
    /// Keeps sessions in a registered store instead of in <c>IDistributedCache</c>: requests that run at the same time are merged key by key, sessions
    /// outlive a restart, and an <see cref="ISnapshotKvSessionDirectory"/> counts, lists and revokes them.
    /// </summary>
    /// <param name="services">The services to add to. They need a store as well: <c>AddSnapshotKv</c>.</param>
    /// <param name="configure">Sets the options, after the section <c>SnapshotKv:Session</c> of the container's configuration, when it has one, was read.</param>
    /// <returns>The same services.</returns>
    /// <remarks>
    /// <para>Put <c>app.UseSession()</c> into the pipeline as usual. <c>AddSession</c> is not needed; before or after this call it does no harm, and its
    /// delegate sets cookie and timeouts as always. Calling it again is harmless.</para>
    /// <para>A session is in the store when the request ends, as safe as the store's <see cref="SnapshotKv.SnapshotKvOptions.Durability"/> says. <b>The session's cookie is protected with the keys of
    /// data protection: unless these are persisted too (<c>AddDataProtection().PersistKeysTo…</c>), a restart leaves the sessions in the store and nobody
    /// who could open them.</b></para>
    /// </remarks>
    /// <exception cref="ArgumentNullException"><paramref name="services"/> is null.</exception>
    public static IServiceCollection AddSnapshotKvSession(this IServiceCollection services, Action<SnapshotKvSessionOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);

        services.AddDataProtection();
        services.AddLogging();
        services.AddOptionsWithValidateOnStart<SnapshotKvSessionOptions>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<SnapshotKvSessionOptions>, SnapshotKvSessionOptionsSetup>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SnapshotKvSessionOptions>, SnapshotKvSessionOptionsValidator>());
        services.TryAddSingleton(SessionEntries.Create);
        services.TryAddSingleton<ISnapshotKvSessionDirectory, SnapshotKvSessionDirectory>();

        // Whatever was there: AddSession adds its own only where there is none, so this one stays whichever comes first.
        services.RemoveAll<ISessionStore>();
        services.AddSingleton<ISessionStore>(static provider => new SnapshotKvSessionStore(
            provider.GetRequiredService<SessionEntries>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            provider.GetRequiredService<ILogger<SnapshotKvSession>>()));

        if (configure is not null)
        {
            services.Configure(configure);
        }

        return services;
    }
}
