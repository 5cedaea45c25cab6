using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Checks where sessions are to be kept, that there is such a store, and that nothing else of it lies there; names all that is wrong.</summary>
internal sealed class SnapshotKvSessionOptionsValidator(IServiceProvider services) : IValidateOptions<SnapshotKvSessionOptions>
{
    public ValidateOptionsResult Validate(string? name, SnapshotKvSessionOptions options)
    {
        var errors = new List<string>();
        if (PrefixError(options.Prefix) is { } error)
        {
            errors.Add(error);
        }

        if (!SessionEntries.HasStore(services, options.StoreName))
        {
            errors.Add(SessionEntries.NoStoreMessage(options.StoreName));
        }
        else if (!string.IsNullOrEmpty(options.Prefix) && IsRegistered(options.StoreName))
        {
            var store = options.StoreName ?? Options.DefaultName;
            AddOverlap("Cache:Prefix", () => services.GetRequiredService<IOptionsMonitor<SnapshotKvCacheOptions>>().Get(store).Prefix);
            AddOverlap("Configuration:Prefix", () => services.GetRequiredService<IOptionsMonitor<SnapshotKvConfigurationOptions>>().Get(store).Prefix);
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

        void AddOverlap(string setting, Func<string> read)
        {
            // Empty is the cache that is the whole store, which its options allow knowingly.
            if (ReadIfGood(read) is { Length: > 0 } other
                && (other.StartsWith(options.Prefix, StringComparison.Ordinal) || options.Prefix.StartsWith(other, StringComparison.Ordinal)))
            {
                errors.Add($"Session:Prefix '{options.Prefix}' and {setting} '{other}' overlap; give each its own.");
            }
        }
    }

    /// <summary>Whether the store came by <c>AddSnapshotKv</c>, and so with a cache and a writer of a configuration.</summary>
    private bool IsRegistered(string? storeName) => string.IsNullOrEmpty(storeName)
        ? services.GetService<IServiceProviderIsService>()?.IsService(typeof(ISnapshotKvConfigurationWriter)) ?? false
        : services.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(ISnapshotKvConfigurationWriter), storeName) ?? false;

    private static string? ReadIfGood(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (OptionsValidationException)
        {
            // Their own validation tells of that; told here as well it would stand there twice.
            return null;
        }
    }

    private static string? PrefixError(string? prefix) =>
        string.IsNullOrEmpty(prefix)
            ? $"{nameof(SnapshotKvSessionOptions.Prefix)} must not be empty: revoking all sessions would remove everything in the store."
        : prefix.Length > SnapshotKvSessionOptions.MaxPrefixLength
            ? string.Create(CultureInfo.InvariantCulture, $"{nameof(SnapshotKvSessionOptions.Prefix)} must have at most {SnapshotKvSessionOptions.MaxPrefixLength} characters; it has {prefix.Length}.")
        : !SessionText.IsWellFormed(prefix)
            ? $"{nameof(SnapshotKvSessionOptions.Prefix)} must be well-formed text; it has an unpaired surrogate."
        : null;
}
