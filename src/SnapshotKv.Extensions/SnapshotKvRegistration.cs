using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>Stands in the services for each store that is registered: one per name, however often it was asked for.</summary>
internal sealed class SnapshotKvRegistration
{
    private SnapshotKvRegistration(string name) => Name = name;

    /// <summary>The store's name; empty for the default one.</summary>
    public string Name { get; }

    /// <summary>What the caller wrote, for messages.</summary>
    public string Call => Name == Options.DefaultName ? "services.AddSnapshotKv()" : $"services.AddKeyedSnapshotKv(\"{Name}\")";

    /// <summary>Notes a store.</summary>
    /// <returns>False when there is one of this name already.</returns>
    public static bool TryAdd(IServiceCollection services, string name)
    {
        foreach (var service in services)
        {
            if (service.ServiceType == typeof(SnapshotKvRegistration) && ((SnapshotKvRegistration)service.ImplementationInstance!).Name == name)
            {
                return false;
            }
        }

        services.AddSingleton(new SnapshotKvRegistration(name));
        return true;
    }

    /// <summary>Whether a store of this name is registered.</summary>
    public static bool Exists(IServiceProvider services, string name) => Find(services, name) is not null;

    /// <summary>The registration of a name; null when there is none.</summary>
    public static SnapshotKvRegistration? Find(IServiceProvider services, string name) =>
        services.GetServices<SnapshotKvRegistration>().FirstOrDefault(registration => registration.Name == name);

    /// <summary>The store of this registration.</summary>
    public KvStore GetStore(IServiceProvider services) =>
        Name == Options.DefaultName ? services.GetRequiredService<KvStore>() : services.GetRequiredKeyedService<KvStore>(Name);
}
