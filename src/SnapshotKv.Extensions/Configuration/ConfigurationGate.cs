using Microsoft.Extensions.Configuration;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>Asks the application's own validation before a set is published.</summary>
internal static class ConfigurationGate
{
    /// <summary>Asks all validators.</summary>
    /// <returns>The refusal; null when the set may be published.</returns>
    public static SnapshotKvConfigurationRefusedException? Ask(
        string prefix,
        IReadOnlyList<Func<IConfiguration, IEnumerable<string>>> validators,
        IReadOnlyDictionary<string, string?> data)
    {
        if (validators.Count == 0)
        {
            return null;
        }

        var reasons = new List<string>();
        var candidate = new ConfigurationBuilder().AddInMemoryCollection(data).Build();
        Exception? thrown = null;
        foreach (var validator in validators)
        {
            thrown = Ask(validator, candidate, reasons) ?? thrown;
        }

        return reasons.Count == 0 ? null : new SnapshotKvConfigurationRefusedException(prefix, reasons, thrown);
    }

    private static Exception? Ask(Func<IConfiguration, IEnumerable<string>> validator, IConfiguration candidate, List<string> reasons)
    {
        try
        {
            foreach (var reason in validator(candidate) ?? [])
            {
                if (reason is not null)
                {
                    reasons.Add(reason);
                }
            }

            return null;
        }
        catch (Exception exception)
        {
            // Binding a set that does not fit throws: that is a refusal too, not an accident. Its message stays out of the reasons, which are logged: the
            // binder's has the value in it.
            reasons.Add($"the validation threw {exception.GetType().Name}");
            return exception;
        }
    }
}
