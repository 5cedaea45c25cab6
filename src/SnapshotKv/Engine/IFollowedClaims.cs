namespace SnapshotKv.Engine;

/// <summary>Which serializer wrote under which prefix, as the owner of a followed store has it.</summary>
internal interface IFollowedClaims
{
    /// <summary>Takes the names that were read beside those known so far, so that the values of either state are under a claim.</summary>
    void Widen(IReadOnlyDictionary<string, string> names);

    /// <summary>Takes the names that were read in place of those known so far.</summary>
    void Load(IReadOnlyDictionary<string, string> names);

    /// <summary>Takes over what the owner has claimed, or given up: nobody is told, and nothing is refused.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="name">The serializer; null when the claims on the prefix and on all under it were given up.</param>
    void Follow(string prefix, string? name);
}
