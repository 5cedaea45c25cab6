using SnapshotKv.Extensions.AspNetCore.Diagnostics;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Tests.Diagnostics;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Diagnostics;

/// <summary>The log messages of the package, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class SessionLogTests
{
    private static IReadOnlyList<LogMessages.Message> Messages => LogMessages.Of(typeof(SnapshotKvSessionOptions).Assembly);

    [Fact]
    public void Rule3_11_06_Messages_AreGenerated_WithStableIdsFromOnePlace()
    {
        Messages.ShouldAllBe(message => message.Id >= 140 && message.Id < 160);
        LogMessages.ShouldHaveStableIds(Messages, typeof(SnapshotKvSessionEventIds));
        LogMessages.SourcesLogOnlyByGeneratedMessages("src/SnapshotKv.Extensions.AspNetCore");
    }

    [Fact]
    public void Rule3_11_07_Messages_HaveNoValues_AndKeysOnlyAtDebug() => LogMessages.ShouldTellNoData(Messages);

    [Fact]
    public void Rule3_11_06_EventsInTheGuide_AreTheMessagesThereAre() => LogMessages.ShouldBeListedIn("docs/guides/sessions.md", Messages, 140, 159);
}
