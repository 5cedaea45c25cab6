using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <content>Who changed what, and taking single changes back.</content>
public abstract partial class ConfigurationWriterSpecification
{
    [Fact]
    public async Task History_OfASection_HasOnlyWhatChangedThere()
    {
        await Writer.SetAsync("Mail:Host", "a", "anna", cancellationToken: Token);
        await Writer.SetAsync("Mailbox", "b", "ben", cancellationToken: Token);
        await Writer.SetAsync("Mail:Port", "25", "carl", cancellationToken: Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "dora" }.Set("Other", "1").Remove("Mail:Host"), Token);

        (await Writer.GetHistoryAsync("mail", cancellationToken: Token)).Select(revision => revision.Author).ShouldBe(["dora", "carl", "anna"]);
        (await Writer.GetHistoryAsync("Mail:Host", cancellationToken: Token)).Select(revision => revision.Author).ShouldBe(["dora", "anna"]);
        (await Writer.GetHistoryAsync("MAIL:HOST", 1, Token)).Single().Changes.Select(change => change.Key).ShouldBe(["Mail:Host", "Other"]);
        (await Writer.GetHistoryAsync("Nothing", cancellationToken: Token)).ShouldBeEmpty();
        (await Writer.GetHistoryAsync("", cancellationToken: Token)).Count.ShouldBe(4);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Writer.GetHistoryAsync("mail", 0, Token));
        await Should.ThrowAsync<ArgumentNullException>(async () => await Writer.GetHistoryAsync(null!, 1, Token));
    }

    [Fact]
    public async Task Undo_SomeKeys_LeavesTheOthersAsTheyAre()
    {
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "1").Set("b", "1"), Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "2").Set("b", "2").Set("c", "2"), Token);
        await Writer.SetAsync("b", "3", cancellationToken: Token);

        var undo = await Writer.UndoAsync(new SnapshotKvConfigurationUndo(2) { Keys = ["A", "c"] }, Token);

        undo.Changes.ShouldBe([new("a", true, "2", true, "1"), new("c", true, "2", false, null)]);
        (await Writer.GetAsync(Token)).Values.OrderBy(pair => pair.Key).ShouldBe([new("a", "1"), new("b", "3")]);
        (await Writer.GetHistoryAsync(1, Token)).Single().UndoOf.ShouldBe(2);
    }

    [Fact]
    public async Task Undo_KeyThatTheRevisionDidNotChange_IsRefused()
    {
        await Writer.SetAsync("a", "1", cancellationToken: Token);

        var exception = await Should.ThrowAsync<ArgumentException>(() => Writer.UndoAsync(new SnapshotKvConfigurationUndo(1) { Keys = ["a", "b"] }, Token));

        exception.Message.ShouldContain("Revision 1 did not change 'b'; it changed 'a'.");
        Followed["a"].ShouldBe("1");
    }

    [Fact]
    public async Task Undo_WithoutKeys_ChangesNothing()
    {
        await Writer.SetAsync("a", "1", cancellationToken: Token);

        (await Writer.UndoAsync(new SnapshotKvConfigurationUndo(1) { Keys = [] }, Token)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Undo_Forced_OverwritesWhatWasChangedSince_AndCanBeTakenBack()
    {
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "1").Set("b", "1"), Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "2").Remove("b"), Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "3").Set("b", "3"), Token);

        var undo = await Writer.UndoAsync(new SnapshotKvConfigurationUndo(2) { Force = true, Author = "anna", Reason = "enough" }, Token);

        undo.Changes.ShouldBe([new("a", true, "3", true, "1"), new("b", true, "3", true, "1")]);
        (Followed["a"], Followed["b"]).ShouldBe(("1", "1"));
        (await Writer.GetHistoryAsync(1, Token)).Single().Reason.ShouldBe("enough");
        await Writer.UndoAsync(undo.Revision, cancellationToken: Token);
        (Followed["a"], Followed["b"]).ShouldBe(("3", "3"));
    }

    [Fact]
    public async Task Undo_Forced_StillAsksTheGate()
    {
        Double.Set("config:Port", "bad");
        var unfollowed = new SnapshotKvConfigurationWriter(Store, Options, TimeProvider.System, static () => [], NullLogger.Instance);
        await unfollowed.SetAsync("Port", "25", cancellationToken: Token);
        await unfollowed.SetAsync("Port", "26", cancellationToken: Token);

        await Should.ThrowAsync<SnapshotKvConfigurationRefusedException>(() => Writer.UndoAsync(new SnapshotKvConfigurationUndo(1) { Force = true }, Token));

        Followed["Port"].ShouldBe("26");
    }

    [Fact]
    public async Task Undo_KeyThatOnlySomethingElseCouldHaveWritten_IsGivenBack()
    {
        Double.Set("config:a::b", "once");
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().RemoveSection("a"), Token);

        await Writer.UndoAsync(1, cancellationToken: Token);

        Followed["a::b"].ShouldBe("once");
    }

    [Fact]
    public async Task Undo_Null_IsRefused() => await Should.ThrowAsync<ArgumentNullException>(() => Writer.UndoAsync(null!, Token));
}
