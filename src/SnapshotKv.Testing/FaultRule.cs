namespace SnapshotKv.Testing;

/// <summary>Which operations fail, and how.</summary>
internal sealed class FaultRule(Func<FileOperation, bool> matches, FileFault fault, int times)
{
    private int _left = times;

    /// <summary>The fault for an operation, which uses up one of the rule's times; null when the rule says nothing about it.</summary>
    public FileFault? For(FileOperation operation)
    {
        if (_left == 0 || !matches(operation))
        {
            return null;
        }

        _left--;
        return fault;
    }
}
