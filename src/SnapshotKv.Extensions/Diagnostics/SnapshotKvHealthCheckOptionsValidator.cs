using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Checks the health check's settings, and that there is the store it is for; names all that is wrong.</summary>
internal sealed class SnapshotKvHealthCheckOptionsValidator(IServiceProvider services) : IValidateOptions<SnapshotKvHealthCheckOptions>
{
    public ValidateOptionsResult Validate(string? name, SnapshotKvHealthCheckOptions options)
    {
        var errors = new List<string>();
        if (!HasStore(name))
        {
            errors.Add(string.IsNullOrEmpty(name)
                ? "The health check is for the store without a name, which is not registered: call services.AddSnapshotKv(…), or give the storeName of one that is."
                : $"The health check is for the store '{name}', which is not registered: call services.AddKeyedSnapshotKv(\"{name}\", …).");
        }

        if (options.FailedSaves < 1)
        {
            Add(nameof(options.FailedSaves), "must be at least 1", options.FailedSaves);
        }

        if (options.MaxUnsavedAge <= TimeSpan.Zero)
        {
            Add(nameof(options.MaxUnsavedAge), "must be positive, or left out for none", options.MaxUnsavedAge);
        }

        if (options.MinAvailableBytes < 0)
        {
            Add(nameof(options.MinAvailableBytes), "must be at least 0 bytes, or left out for the size of the last snapshot", options.MinAvailableBytes);
        }

        if (options.MaxJournalPercent is < 1 or > 100)
        {
            Add(nameof(options.MaxJournalPercent), "must be from 1 to 100 (however full)", options.MaxJournalPercent);
        }

        if (options.MaxFollowerLag <= TimeSpan.Zero && options.MaxFollowerLag != Timeout.InfiniteTimeSpan)
        {
            Add(nameof(options.MaxFollowerLag), "must be positive, or infinite (-1 ms: however far)", options.MaxFollowerLag);
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

        void Add(string setting, string rule, object? value) => errors.Add(string.Create(CultureInfo.InvariantCulture, $"{setting} {rule}; it is {value}."));
    }

    /// <summary>Whether there is a store to check, also one that the application opened and added itself; a container that cannot tell is believed to have it.</summary>
    private bool HasStore(string? name) => string.IsNullOrEmpty(name)
        ? services.GetService<IServiceProviderIsService>()?.IsService(typeof(KvStore)) ?? true
        : services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(KvStore), name) ?? true;
}
