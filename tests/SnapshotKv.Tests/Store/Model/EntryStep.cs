namespace SnapshotKv.Tests.Store.Model;

/// <summary>A step that needs no more than a keyspace, so that it can be taken in a partition or by a thread of several too.</summary>
internal abstract record EntryStep : ModelStep
{
    /// <summary>Whether the step changes nothing, whatever is there.</summary>
    public virtual bool IsRead => false;

    public sealed override void Run(ModelWorld world) => Run(world.Root);

    public abstract void Run(ModelScope scope);
}
