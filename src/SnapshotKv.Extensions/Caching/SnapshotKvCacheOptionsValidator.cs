using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Caching;

/// <summary>Checks the cache's settings, and names all that are out of range.</summary>
internal sealed class SnapshotKvCacheOptionsValidator : IValidateOptions<SnapshotKvCacheOptions>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public ValidateOptionsResult Validate(string? name, SnapshotKvCacheOptions options)
    {
        var errors = new List<string>();
        if (options.Prefix is null)
        {
            errors.Add($"{nameof(options.Prefix)} must not be null; empty makes the whole store the cache.");
        }
        else if (options.Prefix.Length > SnapshotKvCacheOptions.MaxPrefixLength)
        {
            errors.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(options.Prefix)} must have at most {SnapshotKvCacheOptions.MaxPrefixLength} characters; it has {options.Prefix.Length}."));
        }
        else if (!IsWellFormed(options.Prefix))
        {
            errors.Add($"{nameof(options.Prefix)} must be well-formed text; it has an unpaired surrogate.");
        }

        CheckPositive(nameof(options.DefaultTimeToLive), options.DefaultTimeToLive, errors);
        CheckPositive(nameof(options.DefaultSlidingExpiration), options.DefaultSlidingExpiration, errors);
        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }

    private static void CheckPositive(string name, TimeSpan? value, List<string> errors)
    {
        if (value <= TimeSpan.Zero)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name} must be positive, or left out for none; it is {value}."));
        }
    }

    private static bool IsWellFormed(string text)
    {
        try
        {
            _ = StrictUtf8.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
