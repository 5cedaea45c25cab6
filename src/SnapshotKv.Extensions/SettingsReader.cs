using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions;

/// <summary>Reads the settings of one section, and gathers what cannot be read so that all of it is named at once.</summary>
/// <remarks>
/// By hand, because the general binder would look into the clock and the logger factory that the options carry, and because it reads a bare 10 as
/// ten days, and 24:00:00 as twenty-four.
/// </remarks>
internal sealed class SettingsReader(IConfigurationSection section)
{
    private const string Infinite = "Infinite";

    private readonly List<string> _errors = [];

    /// <summary>Takes a setting as it stands; does nothing when it is not there, as all of these.</summary>
    public void Text(string name, Action<string> assign)
    {
        if (section[name] is { } text)
        {
            assign(text);
        }
    }

    public void Int32(string name, Action<int> assign) =>
        Read(name, assign, "a whole number", static text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null);

    public void Int64(string name, Action<long> assign) =>
        Read(name, assign, "a whole number", static text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null);

    /// <summary>A number that an empty setting leaves as it is.</summary>
    public void OptionalInt64(string name, Action<long> assign)
    {
        if (!string.IsNullOrEmpty(section[name]))
        {
            Int64(name, assign);
        }
    }

    public void Boolean(string name, Action<bool> assign) =>
        Read(name, assign, "true or false", static text => bool.TryParse(text, out var value) ? value : null);

    public void Enumeration<TEnum>(string name, Action<TEnum> assign)
        where TEnum : struct, Enum =>
        Read(name, assign, "one of " + string.Join(", ", Enum.GetNames<TEnum>()), static text => ParseName<TEnum>(text));

    public void Duration(string name, Action<TimeSpan> assign) =>
        Read(name, assign, $"a time such as 00:00:10, or {Infinite}", ParseDuration);

    /// <summary>A time that an empty setting leaves as it is.</summary>
    public void OptionalDuration(string name, Action<TimeSpan> assign)
    {
        if (!string.IsNullOrEmpty(section[name]))
        {
            Read(name, assign, "a time such as 00:20:00", ParseDuration);
        }
    }

    /// <summary>Ends the reading.</summary>
    /// <exception cref="OptionsValidationException">Settings could not be read; each is named with its key and value.</exception>
    public void ThrowIfFailed(string optionsName, Type optionsType)
    {
        if (_errors.Count > 0)
        {
            throw new OptionsValidationException(optionsName, optionsType, _errors);
        }
    }

    private void Read<T>(string name, Action<T> assign, string expected, Func<string, T?> parse)
        where T : struct
    {
        if (section[name] is not { } text)
        {
            return;
        }

        if (parse(text.Trim()) is { } value)
        {
            assign(value);
        }
        else
        {
            _errors.Add($"{ConfigurationPath.Combine(section.Path, name)} must be {expected}; it is '{text}'.");
        }
    }

    /// <summary>By name only: a number would be taken for any value, also for one that does not exist.</summary>
    private static TEnum? ParseName<TEnum>(string text)
        where TEnum : struct, Enum =>
        Enum.TryParse<TEnum>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value : null;

    private static TimeSpan? ParseDuration(string text)
    {
        if (text.Equals(Infinite, StringComparison.OrdinalIgnoreCase))
        {
            return Timeout.InfiniteTimeSpan;
        }

        // In the one form that is never read as something else: freely parsed, a bare number is days, and so are the hours of 24:00:00. Zero is zero in
        // any unit.
        return text == "0" ? TimeSpan.Zero
            : text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var value) ? value
            : null;
    }
}
