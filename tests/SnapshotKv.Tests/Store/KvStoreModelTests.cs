using SnapshotKv.Tests.Store.Model;

namespace SnapshotKv.Tests.Store;

/// <summary>
/// Random operations at all levels against a plain dictionary, with a clock that moves, partitions, threads, saves, kills, power cuts and reopenings. A failure prints its
/// seed and the steps that are left when all that can be spared are taken out.
/// </summary>
public sealed class KvStoreModelTests
{
    private const int Runs = 30;
    private const int StepsPerRun = 400;

    [Fact]
    public void RandomOperations_AgreeWithADictionary()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (var run = 0; run < Runs; run++)
        {
            new ModelRun(seed + run, StepsPerRun).FindFault().ShouldBeNull();
        }
    }

    /// <summary>Runs that once failed stay here, and some so that every run has some in common.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20260101)]
    public void RandomOperations_KnownSeeds_Agree(int seed) => new ModelRun(seed, StepsPerRun).FindFault().ShouldBeNull();

    /// <summary>The test of the test: a step that goes wrong in one state only is found, and cut down to the steps that lead there.</summary>
    [Fact]
    public void FindFault_StepThatForgetsARemoval_LeavesTheTwoStepsThatMatter()
    {
        var fault = new ModelRun(1, StepsPerRun, random => random.Next(10) == 0 ? new ForgetfulRemoveStep(ModelKeys.Draw(random)) : ModelSteps.Draw(random)).FindFault();

        fault.ShouldNotBeNull().ShouldContain("Seed 1");
        fault.ShouldContain(" 2 steps left:");
        fault.ShouldContain("  forgetful remove ");
    }

    private sealed record ForgetfulRemoveStep(string Key) : EntryStep
    {
        public override void Run(ModelScope scope) => scope.Remove(Key);

        public override string ToString() => $"forgetful remove {Key}";
    }
}
