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

    /// <summary>The text of a setting; the fallback when it is not there.</summary>
    public string? Text(string name, string? fallback) => section[name] ?? fallback;

    public int Int32(string name, int fallback) =>
        Read(name, fallback, "a whole number", static text => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null);

    public long Int64(string name, long fallback) =>
        Read(name, fallback, "a whole number", static text => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : null);

    public TEnum Enumeration<TEnum>(string name, TEnum fallback)
        where TEnum : struct, Enum =>
        Read(name, fallback, "one of " + string.Join(", ", Enum.GetNames<TEnum>()), static text => ParseName<TEnum>(text));

    public TimeSpan Duration(string name, TimeSpan fallback) =>
        Read(name, fallback, $"a time such as 00:00:10, or {Infinite}", ParseDuration);

    public TimeSpan? OptionalDuration(string name, TimeSpan? fallback) =>
        string.IsNullOrEmpty(section[name]) ? fallback : Read(name, TimeSpan.Zero, "a time such as 00:20:00", ParseDuration);

    /// <summary>The same for settings that stay untouched when they are not there: what was stated is told apart from what is a default.</summary>
    public void Int32(string name, Action<int> assign) => Assign(name, () => Int32(name, 0), assign);

    public void Int64(string name, Action<long> assign) => Assign(name, () => Int64(name, 0), assign);

    public void Enumeration<TEnum>(string name, Action<TEnum> assign)
        where TEnum : struct, Enum => Assign(name, () => Enumeration<TEnum>(name, default), assign);

    public void Duration(string name, Action<TimeSpan> assign) => Assign(name, () => Duration(name, TimeSpan.Zero), assign);

    public void Text(string name, Action<string> assign) => Assign(name, () => section[name]!, assign);

    /// <summary>Ends the reading.</summary>
    /// <exception cref="OptionsValidationException">Settings could not be read; each is named with its key and value.</exception>
    public void ThrowIfFailed(string optionsName, Type optionsType)
    {
        if (_errors.Count > 0)
        {
            throw new OptionsValidationException(optionsName, optionsType, _errors);
        }
    }

    private void Assign<T>(string name, Func<T> read, Action<T> assign)
    {
        var faults = _errors.Count;
        if (section[name] is not null && read() is var value && _errors.Count == faults)
        {
            assign(value);
        }
    }

    private T Read<T>(string name, T fallback, string expected, Func<string, T?> parse)
        where T : struct
    {
        if (section[name] is not { } text)
        {
            return fallback;
        }

        if (parse(text.Trim()) is { } value)
        {
            return value;
        }

        _errors.Add($"{ConfigurationPath.Combine(section.Path, name)} must be {expected}; it is '{text}'.");
        return fallback;
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
