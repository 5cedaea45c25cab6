using System.Globalization;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Checks the health check's settings, and names all that are out of range.</summary>
internal sealed class SnapshotKvHealthCheckOptionsValidator : IValidateOptions<SnapshotKvHealthCheckOptions>
{
    public ValidateOptionsResult Validate(string? name, SnapshotKvHealthCheckOptions options)
    {
        var errors = new List<string>();
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

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;

        void Add(string setting, string rule, object? value) => errors.Add(string.Create(CultureInfo.InvariantCulture, $"{setting} {rule}; it is {value}."));
    }
}
