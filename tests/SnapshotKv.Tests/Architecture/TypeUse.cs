namespace SnapshotKv.Tests.Architecture;

/// <summary>One type of an assembly names another one.</summary>
/// <param name="From">The full name of the type that names.</param>
/// <param name="To">The full name of the type that is named.</param>
/// <param name="IsTypeOfOnly">Whether it is named by <c>typeof</c> only: neither made, called nor kept.</param>
internal sealed record TypeUse(string From, string To, bool IsTypeOfOnly)
{
    public override string ToString() => $"{From} uses {To}";
}
