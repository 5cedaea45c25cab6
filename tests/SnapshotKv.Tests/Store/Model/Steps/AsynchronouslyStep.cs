namespace SnapshotKv.Tests.Store.Model.Steps;

/// <summary>A step by the asynchronous forms.</summary>
internal sealed record AsynchronouslyStep(EntryStep Step) : EntryStep
{
    public static AsynchronouslyStep Draw(Random random) => new(ModelSteps.DrawOnEntries(random));

    public override bool IsRead => Step.IsRead;

    public override void Run(ModelScope scope)
    {
        var same = scope.ThroughAsync();
        Step.Run(same);
        scope.TakeBack("", same);
    }

    public override string ToString() => $"asynchronously: {Step}";
}
