using Microsoft.Extensions.DependencyInjection;

namespace SnapshotKv.Extensions;

/// <summary>Stands in the services for each store that is registered: one per name, however often it was asked for.</summary>
internal sealed class SnapshotKvRegistration
{
    private readonly string _name;

    private SnapshotKvRegistration(string name) => _name = name;

    /// <summary>Notes a store.</summary>
    /// <returns>False when there is one of this name already.</returns>
    public static bool TryAdd(IServiceCollection services, string name)
    {
        foreach (var service in services)
        {
            if (service.ServiceType == typeof(SnapshotKvRegistration) && ((SnapshotKvRegistration)service.ImplementationInstance!)._name == name)
            {
                return false;
            }
        }

        services.AddSingleton(new SnapshotKvRegistration(name));
        return true;
    }
}
