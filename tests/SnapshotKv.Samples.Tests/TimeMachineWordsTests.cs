using SnapshotKv.Samples.Tests.Support;

namespace SnapshotKv.Samples.Tests;

/// <summary>What the time machine makes of words that cannot be.</summary>
public sealed class TimeMachineWordsTests : IDisposable
{
    private readonly TimeMachineHome _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(1, "There is no snapshot 'dinner'", "history", "restore", "dinner")]
    [InlineData(1, "There is no snapshot 'dinner'", "history", "compare", "dinner")]
    [InlineData(1, "has an empty segment", "history", "set", "Lamp::Colour", "blue")]
    [InlineData(1, "The history is empty", "history", "undo", "1")]
    [InlineData(1, "is not understood", "history", "undo", "yesterday")]
    [InlineData(2, "There is nothing like 'history dance'", "history", "dance")]
    [InlineData(2, "There is nothing like 'fly'", "fly")]
    public async Task Words_ThatCannotBe_AreRefusedWithTheReason(int exitCode, string reason, params string[] words) =>
        (await _home.RunAsync(exitCode, words)).ShouldContain(reason);
}
