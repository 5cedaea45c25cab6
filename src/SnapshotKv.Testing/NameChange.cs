namespace SnapshotKv.Testing;

/// <summary>A name given to a node, or taken away.</summary>
/// <param name="Directory">Where the name is.</param>
/// <param name="Name">The name.</param>
/// <param name="Node">What it stands for from now on; null when it is gone.</param>
internal sealed record NameChange(InMemoryDirectory Directory, string Name, InMemoryNode? Node)
{
    /// <summary>Makes the change in one of a directory's two sets of names.</summary>
    public static void Apply(Dictionary<string, InMemoryNode> names, string name, InMemoryNode? node)
    {
        if (node is null)
        {
            names.Remove(name);
        }
        else
        {
            names[name] = node;
        }
    }
}
