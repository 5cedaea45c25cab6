namespace SnapshotKv.Keyspace;

/// <summary>The one word that publishes a commit of several keys: set once, and from then on every key of it is seen changed.</summary>
internal sealed class CommitMark
{
    private volatile bool _isPublished;

    public bool IsPublished => _isPublished;

    public void Publish() => _isPublished = true;
}
