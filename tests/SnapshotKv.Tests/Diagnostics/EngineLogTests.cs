using SnapshotKv.Diagnostics;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>The log messages of the engine, by the rules of docs/contracts.md, section 3.11.</summary>
public sealed class EngineLogTests
{
    [Fact]
    public void Rule3_11_06_Messages_AreGenerated_WithStableIdsFromOnePlace()
    {
        var messages = LogMessages.Of(typeof(KvStore).Assembly);

        messages.Count.ShouldBeGreaterThan(15);
        messages.ShouldAllBe(message => message.Id > 0 && message.Id < 100);
        LogMessages.ShouldHaveStableIds(messages, typeof(KvEventIds));
        LogMessages.SourcesLogOnlyByGeneratedMessages("src/SnapshotKv");
    }

    [Fact]
    public void Rule3_11_07_Messages_HaveNoValues_AndKeysOnlyAtDebug() => LogMessages.ShouldTellNoData(LogMessages.Of(typeof(KvStore).Assembly));

    [Fact]
    public void Rule3_11_06_EventsInTheGuide_AreTheMessagesThereAre() => LogMessages.ShouldBeListedIn("docs/guides/diagnostics.md", LogMessages.Of(typeof(KvStore).Assembly), 1, 99);
}
