namespace SnapshotKv.Tests.Store.Model;

/// <summary>
/// One step of a model run: data only, so that a run can be repeated with steps left out. A new kind is a class like those in Steps/ and a line in
/// <see cref="ModelSteps"/>.
/// </summary>
internal abstract record ModelStep
{
    /// <summary>Does the step to store and model, and compares what can be seen of it.</summary>
    public abstract void Run(ModelWorld world);
}
