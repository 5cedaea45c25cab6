using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>Opens the store that a container asks for, by its options and the surroundings it has.</summary>
internal static class StoreOpener
{
    /// <summary>
    /// Opens a store, or another handle on it when the configuration, another registration or another host in this process has it open. The container
    /// owns the handle: it makes one, and disposes it.
    /// </summary>
    /// <exception cref="OptionsValidationException">Options are out of range or cannot be read; all are named.</exception>
    /// <exception cref="KvStoreException">
    /// The directory is in use, cannot be written, holds nothing that can be read, or is open with other settings.
    /// </exception>
    public static KvStore Open(IServiceProvider services, string name)
    {
        var options = services.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(name);
        if (options.Path is null)
        {
            var logger = (ILogger?)options.LoggerFactory?.CreateLogger(typeof(StoreOpener)) ?? NullLogger.Instance;
            logger.MemoryOnly(StoreSettings.SectionOf(name) + ":" + nameof(options.Path));
        }

        return KvStore.OpenShared(options, SnapshotKvRegistration.Find(services, name)!.Call);
    }
}
