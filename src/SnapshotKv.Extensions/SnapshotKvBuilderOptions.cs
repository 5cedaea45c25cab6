using Microsoft.Extensions.DependencyInjection;

namespace SnapshotKv.Extensions;

/// <summary>Options of what stands on a store go by the store's name.</summary>
internal static class SnapshotKvBuilderOptions
{
    /// <summary>Adds a delegate to the options of the store that was registered.</summary>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    public static ISnapshotKvBuilder ConfigureNamed<TOptions>(this ISnapshotKvBuilder builder, Action<TOptions> configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.Configure(builder.Name, configure);
        return builder;
    }
}
