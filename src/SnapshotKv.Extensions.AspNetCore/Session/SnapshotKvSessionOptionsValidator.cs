using System.Globalization;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Checks where sessions are to be kept, and that there is such a store; names all that is wrong.</summary>
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

        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
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
