using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace SnapshotKv.Snapshots;

/// <summary>What a snapshot may be pinned by: a name that is safe in a file, a command line and an address, and cannot be taken for a snapshot's file.</summary>
internal static class PinName
{
    private const int MostCharacters = 100;

    private static readonly SearchValues<char> Allowed = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static bool IsValid([NotNullWhen(true)] string? name) =>
        name is { Length: >= 1 and <= MostCharacters } && name[0] != '.' && !name.AsSpan().ContainsAnyExcept(Allowed) && !SnapshotName.TryParse(name, out _);

    /// <exception cref="ArgumentException">The name is none.</exception>
    public static void ThrowIfInvalid(string? name, [CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        if (!IsValid(name))
        {
            throw new ArgumentException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{name}' cannot be the name of a pinned snapshot: it takes 1 to {MostCharacters} of the characters A-Z, a-z, 0-9, '.', '_' and '-', does not begin with a dot, and is not the name of a snapshot's file."),
                parameter);
        }
    }
}
