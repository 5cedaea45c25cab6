using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Tests.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>The log messages of the package, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class HostingLogTests
{
    private static IReadOnlyList<LogMessages.Message> Messages => LogMessages.Of(typeof(SnapshotKvHealthCheckOptions).Assembly);

    [Fact]
    public void Rule3_11_06_Messages_AreGenerated_WithStableIdsFromOnePlace()
    {
        Messages.ShouldAllBe(message => message.Id >= 100 && message.Id < 200);
        LogMessages.ShouldHaveStableIds(Messages, typeof(SnapshotKvEventIds));
        LogMessages.SourcesLogOnlyByGeneratedMessages("src/SnapshotKv.Extensions");
    }

    [Fact]
    public void Rule3_11_07_Messages_HaveNoValues_AndKeysOnlyAtDebug() => LogMessages.ShouldTellNoData(Messages);

    [Fact]
    public void Rule3_11_06_EventsInTheGuide_AreTheMessagesThereAre() => LogMessages.ShouldBeListedIn("docs/guides/diagnostics.md", Messages, 100, 199);
}
