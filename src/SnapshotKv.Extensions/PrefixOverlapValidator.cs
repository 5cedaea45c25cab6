using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions;

/// <summary>Refuses a cache and a configuration that would lie in each other's keys: a cache that is cleared would take the configuration with it.</summary>
internal sealed class PrefixOverlapValidator(IServiceProvider services, IOptionsMonitor<SnapshotKvCacheOptions> caches) : IValidateOptions<SnapshotKvConfigurationOptions>
{
    public ValidateOptionsResult Validate(string? name, SnapshotKvConfigurationOptions options)
    {
        if (name is null || !SnapshotKvRegistration.Exists(services, name) || PrefixOfCache(name) is not { Length: > 0 } cache || string.IsNullOrEmpty(options.Prefix))
        {
            return ValidateOptionsResult.Skip;
        }

        return cache.StartsWith(options.Prefix, StringComparison.Ordinal) || options.Prefix.StartsWith(cache, StringComparison.Ordinal)
            ? ValidateOptionsResult.Fail($"Configuration:Prefix '{options.Prefix}' and Cache:Prefix '{cache}' overlap; give each its own.")
            : ValidateOptionsResult.Success;
    }

    /// <summary>The prefix; empty, which is allowed knowingly, where the whole store is the cache.</summary>
    private string? PrefixOfCache(string name)
    {
        try
        {
            return caches.Get(name).Prefix;
        }
        catch (OptionsValidationException)
        {
            // The cache's own validation tells of that; told here as well it would stand there twice.
            return null;
        }
    }
}
