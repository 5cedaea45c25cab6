using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>Opens the store that a container asks for, by its options and the surroundings it has.</summary>
internal static class StoreOpener
{
    /// <summary>Opens a store. The container owns it: it makes one, and disposes it.</summary>
    /// <exception cref="OptionsValidationException">Options are out of range or cannot be read; all are named.</exception>
    /// <exception cref="KvStoreException">The directory is in use, cannot be written, or holds nothing that can be read.</exception>
    public static KvStore Open(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(name);
        if (options.Path is null)
        {
            var logger = (ILogger?)options.LoggerFactory?.CreateLogger(typeof(StoreOpener)) ?? NullLogger.Instance;
            logger.MemoryOnly(SnapshotKvOptionsSetup.SectionName + ":" + nameof(options.Path));
        }

        return KvStore.Open(Resolve(options.Path, services.GetService<IHostEnvironment>()), options);
    }

    /// <summary>A relative path lies under the content root; without a host the store takes it from the current directory.</summary>
    private static string? Resolve(string? path, IHostEnvironment? environment) =>
        path is not null && environment?.ContentRootPath is { Length: > 0 } root ? Path.Combine(root, path) : path;
}
