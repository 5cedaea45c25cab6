namespace SnapshotKv.Testing;

/// <summary>Copies a tree of files as a crash would leave it. For one image.</summary>
internal sealed class CrashImageBuilder(CrashKind crash, Random random)
{
    /// <summary>Each node's copy, so that a file that the image knows by two names stays one file.</summary>
    private readonly Dictionary<InMemoryNode, InMemoryNode> _copies = new(ReferenceEqualityComparer.Instance);

    /// <summary>Copies the tree.</summary>
    /// <param name="root">The directory at its top.</param>
    /// <param name="steps">The changes of names that were not flushed, in order.</param>
    /// <param name="unflushed">Those of them that are still not flushed in the copy.</param>
    /// <returns>The copy of the top.</returns>
    public InMemoryDirectory Build(InMemoryDirectory root, List<List<NameChange>> steps, out List<List<NameChange>> unflushed)
    {
        unflushed = [];
        switch (crash)
        {
            case CrashKind.ProcessKilled:
                var copy = CopyDirectory(root);
                unflushed.AddRange(steps.Select(step => step.ConvertAll(change =>
                    new NameChange(CopyDirectory(change.Directory), change.Name, change.Node is null ? null : CopyNode(change.Node)))));
                return copy;
            case CrashKind.PowerCutLosingAll:
                return OnDevice(root, []);
            case CrashKind.PowerCutLosingNothing:
                return OnDevice(root, steps);
            default:
                return OnDevice(root, steps.FindAll(_ => random.Next(2) == 0));
        }
    }

    /// <summary>A process' end: both sets of names are copied, and those waiting to be flushed go on waiting.</summary>
    private InMemoryDirectory CopyDirectory(InMemoryDirectory directory)
    {
        if (_copies.TryGetValue(directory, out var known))
        {
            return (InMemoryDirectory)known;
        }

        var copy = new InMemoryDirectory();
        _copies[directory] = copy;
        foreach (var (name, node) in directory.Written)
        {
            copy.Written[name] = CopyNode(node);
        }

        foreach (var (name, node) in directory.Durable)
        {
            copy.Durable[name] = CopyNode(node);
        }

        return copy;
    }

    /// <summary>A power cut: a directory has its durable names and what the surviving steps did to them, and all of it is durable now.</summary>
    private InMemoryDirectory OnDevice(InMemoryDirectory directory, List<List<NameChange>> surviving)
    {
        if (_copies.TryGetValue(directory, out var known))
        {
            return (InMemoryDirectory)known;
        }

        var copy = new InMemoryDirectory();
        _copies[directory] = copy;
        var names = new Dictionary<string, InMemoryNode>(directory.Durable, StringComparer.Ordinal);
        foreach (var change in surviving.SelectMany(step => step).Where(change => change.Directory == directory))
        {
            NameChange.Apply(names, change.Name, change.Node);
        }

        // In the order of names, so that one seed gives one image whatever order a dictionary has.
        foreach (var (name, node) in names.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var nodeCopy = node is InMemoryDirectory child ? OnDevice(child, surviving) : CopyNode(node);
            copy.Written[name] = nodeCopy;
            copy.Durable[name] = nodeCopy;
        }

        return copy;
    }

    private InMemoryNode CopyNode(InMemoryNode node)
    {
        if (!_copies.TryGetValue(node, out var copy))
        {
            copy = node is InMemoryFile file ? file.AfterCrash(crash, random) : CopyDirectory((InMemoryDirectory)node);
            _copies[node] = copy;
        }

        return copy;
    }
}
