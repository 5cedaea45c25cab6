using System.Globalization;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Checks the settings of a configuration, and names all that are out of range.</summary>
internal sealed class SnapshotKvConfigurationOptionsValidator : IValidateOptions<SnapshotKvConfigurationOptions>
{
    private static readonly TimeSpan LongestDebounce = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SnapshotKvConfigurationOptions options)
    {
        var errors = new List<string>();
        CheckPrefix(options.Prefix, errors);
        if (options.HistoryLimit is < 1 or > SnapshotKvConfigurationOptions.LargestHistoryLimit)
        {
            errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(options.HistoryLimit)} must be 1 to {SnapshotKvConfigurationOptions.LargestHistoryLimit}; it is {options.HistoryLimit}."));
        }

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }

    /// <summary>Checks what the provider looks at.</summary>
    public static void Check(string? prefix, SnapshotKvReloadMode reloadOn, TimeSpan reloadDebounce, List<string> errors)
    {
        CheckPrefix(prefix, errors);

        if (!Enum.IsDefined(reloadOn))
        {
            errors.Add($"ReloadOn must be one of {string.Join(", ", Enum.GetNames<SnapshotKvReloadMode>())}; it is {reloadOn}.");
        }

        if (reloadDebounce < TimeSpan.Zero || reloadDebounce > LongestDebounce)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"ReloadDebounce must be 0 to {LongestDebounce}; it is {reloadDebounce}."));
        }
    }

    private static void CheckPrefix(string? prefix, List<string> errors)
    {
        if (ConfigurationKeys.FaultOfPrefix(prefix) is { } fault)
        {
            errors.Add($"Prefix {fault}.");
        }
    }
}
