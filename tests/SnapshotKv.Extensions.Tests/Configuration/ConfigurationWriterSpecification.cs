using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>What the writer does over any store, with a configuration that follows it.</summary>
public abstract partial class ConfigurationWriterSpecification : IDisposable
{
    private Followed? _followed;

    private protected abstract StoreDouble Double { get; }

    private protected virtual IKvStore Store => Double;

    private protected virtual SnapshotKvReloadMode ReloadOn => SnapshotKvReloadMode.Snapshot;

    private protected Followed Followed => _followed ??= new Followed(Store, source =>
    {
        source.ReloadOn = ReloadOn;
        source.Validate(static candidate => candidate["Port"] == "bad" ? ["Port is bad"] : []);
    });

    private protected SnapshotKvConfigurationOptions Options { get; } = new();

    private protected ISnapshotKvConfigurationWriter Writer => new SnapshotKvConfigurationWriter(
        Store, Options, Followed.Clock, () => ConfigurationFollowers.In(Followed.Root), NullLogger.Instance);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Set_Completes_OncePublished()
    {
        var write = await Writer.SetAsync("Mail:Host", "a", "anna", "moved", cancellationToken: Token);

        Followed["mail:host"].ShouldBe("a");
        Followed.Reloads.ShouldBe(1);
        write.Revision.ShouldBe(1);
        write.Changes.ShouldBe([new("Mail:Host", false, null, true, "a")]);
        (await Writer.GetAsync(Token)).Version.ShouldBe(write.Version);
        Followed.Settle();
        Followed.Reloads.ShouldBe(1);
    }

    [Fact]
    public async Task Set_WhatIsThere_MakesNoRevision()
    {
        Double.Set("config:Port", 25);
        var write = await Writer.SetAsync("port", "25", cancellationToken: Token);

        write.Changes.ShouldBeEmpty();
        write.Revision.ShouldBe(0);
        Double.TryGet<object>("config:Port", out var kept).ShouldBeTrue();
        kept.ShouldBe(25L);
    }

    [Fact]
    public async Task Set_OtherSpelling_KeepsTheOneThatIsThere()
    {
        await Writer.SetAsync("Mail:Host", "a", cancellationToken: Token);
        await Writer.SetAsync("MAIL:HOST", "b", cancellationToken: Token);

        Double.GetKeys("config:").ShouldBe(["config:Mail:Host"]);
        Followed["Mail:Host"].ShouldBe("b");
    }

    [Fact]
    public async Task Set_Null_IsAValue()
    {
        await Writer.SetAsync("a", null, cancellationToken: Token);

        (await Writer.GetAsync(Token)).Values.ShouldBe(new Dictionary<string, string?> { ["a"] = null });
        (await Writer.SetAsync("a", null, cancellationToken: Token)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_KeyInsideAMap_UnfoldsTheMap()
    {
        Double.Set("config:Mail", new Dictionary<string, object?> { ["Host"] = "a", ["Ports"] = new List<object?> { 25, 26 } });

        var write = await Writer.SetAsync("Mail:Ports:1", "27", cancellationToken: Token);

        write.Changes.ShouldBe([new("Mail:Ports:1", true, "26", true, "27")]);
        Double.GetKeys("config:").ShouldBe(["config:Mail:Host", "config:Mail:Ports:0", "config:Mail:Ports:1"]);
        (Followed["Mail:Host"], Followed["Mail:Ports:0"], Followed["Mail:Ports:1"]).ShouldBe(("a", "25", "27"));
    }

    [Fact]
    public async Task Remove_Key_LetsEarlierSourcesSpeak()
    {
        await Writer.SetAsync("a", "1", cancellationToken: Token);
        var write = await Writer.RemoveAsync("A", cancellationToken: Token);

        write.Changes.ShouldBe([new("a", true, "1", false, null)]);
        Followed.Provider.TryGet("a", out _).ShouldBeFalse();
        (await Writer.RemoveAsync("a", cancellationToken: Token)).Changes.ShouldBeEmpty();
    }

    [Fact]
    public async Task ReplaceSection_Section_HasTheseKeysAndNoOthers()
    {
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("Mail", "own").Set("Mail:Host", "a").Set("Mail:Port", "25").Set("MailOther", "stays"), Token);

        var write = await Writer.ReplaceSectionAsync("mail", [new("PORT", "26"), new("User", "u")], cancellationToken: Token);

        (await Writer.GetAsync(Token)).Values.OrderBy(pair => pair.Key)
            .ShouldBe([new("Mail:Port", "26"), new("MailOther", "stays"), new("mail:User", "u")], ignoreOrder: true);
        write.Revision.ShouldBe(2);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().RemoveSection(""), Token);
        (await Writer.GetAsync(Token)).Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Apply_SeveralOperations_AreOneCommitAndOneReload()
    {
        _ = Followed;
        var commits = Double.Commits;

        await Writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "anna" }.Set("a", "1").Set("b", "2").Remove("a").Set("c", "3"), Token);

        // One more is the last good set.
        Double.Commits.ShouldBe(commits + 1);
        Followed.Reloads.ShouldBe(1);
        (Followed["a"], Followed["b"], Followed["c"]).ShouldBe((null, "2", "3"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":a")]
    [InlineData("a:")]
    [InlineData("a::b")]
    [InlineData("SnapshotKv")]
    [InlineData("snapshotkv:Path")]
    public async Task Set_KeyThatIsNone_IsRefused(string key)
    {
        await Should.ThrowAsync<ArgumentException>(() => Writer.SetAsync(key, "1", cancellationToken: Token));
        Double.Count("config:").ShouldBe(0);
    }

    [Fact]
    public async Task Set_KeyWithAnUnpairedSurrogate_IsRefused() =>
        await Should.ThrowAsync<ArgumentException>(() => Writer.SetAsync("\ud800", "1", cancellationToken: Token));

    [Fact]
    public async Task Set_KeyTooLong_IsRefused()
    {
        var exception = await Should.ThrowAsync<ArgumentException>(() => Writer.SetAsync(new string('k', 65_535), "1", cancellationToken: Token));

        exception.Message.ShouldContain("65535");
        await Writer.SetAsync(new string('k', 65_535 - "config:".Length), "1", cancellationToken: Token);
    }

    [Fact]
    public async Task ReplaceSection_SameKeyTwice_IsRefused() =>
        await Should.ThrowAsync<ArgumentException>(() => Writer.ReplaceSectionAsync("a", [new("b", "1"), new("B", "2")], cancellationToken: Token));

    [Fact]
    public async Task Set_WhatTheGateRefuses_ChangesNothing()
    {
        await Writer.SetAsync("Port", "25", cancellationToken: Token);
        var commits = Double.Commits;

        var exception = await Should.ThrowAsync<SnapshotKvConfigurationRefusedException>(() => Writer.SetAsync("Port", "bad", cancellationToken: Token));

        exception.Reasons.ShouldBe(["Port is bad"]);
        Double.Commits.ShouldBe(commits);
        Followed["Port"].ShouldBe("25");
        Followed.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task Set_WhileSomethingElseIsUnreadable_IsRefusedUntilThatIsRemoved()
    {
        _ = Followed;
        Double.SetBytes("config:blob", [1]);
        Double.Set("config:Key", "1");
        Double.Set("config:key", "2");
        await Should.ThrowAsync<SnapshotKvConfigurationException>(() => Writer.SetAsync("a", "1", cancellationToken: Token));
        await Should.ThrowAsync<SnapshotKvConfigurationException>(() => Writer.GetAsync(Token).AsTask());

        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Remove("BLOB").Set("key", "3"), Token);

        (await Writer.GetAsync(Token)).Values.ShouldBe(new Dictionary<string, string?> { ["Key"] = "3" });
        Followed["key"].ShouldBe("3");
        (await Writer.GetHistoryAsync(cancellationToken: Token))[0].Changes.Select(change => change.Key).ShouldBe(["Key", "blob"]);
    }

    [Fact]
    public async Task ExpectedVersion_ThatIsCurrent_LetsTheChangeThrough()
    {
        Double.Set("config:a", "1");
        var read = await Writer.GetAsync(Token);

        var write = await Writer.SetAsync("a", "2", expectedVersion: read.Version, cancellationToken: Token);
        await Writer.SetAsync("a", "3", expectedVersion: write.Version, cancellationToken: Token);

        Followed["a"].ShouldBe("3");
    }

    [Fact]
    public async Task ExpectedVersion_AfterAnotherWriter_IsAConflictThatNamesTheKeys()
    {
        var read = await Writer.GetAsync(Token);
        await Writer.SetAsync("Mail:Host", "a", cancellationToken: Token);
        await Writer.SetAsync("Mail:Port", "25", cancellationToken: Token);

        var exception = await Should.ThrowAsync<KvConflictException>(() => Writer.SetAsync("x", "1", expectedVersion: read.Version, cancellationToken: Token));

        exception.Message.ShouldContain("'Mail:Host', 'Mail:Port' changed");
        Followed["x"].ShouldBeNull();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ExpectedVersion_AfterAChangeAroundTheWriter_IsAConflict(bool removed)
    {
        Double.Set("config:a", "1");
        var read = await Writer.GetAsync(Token);
        if (removed)
        {
            Double.Remove("config:a");
        }
        else
        {
            Double.Set("config:b", "1");
        }

        var exception = await Should.ThrowAsync<KvConflictException>(() => Writer.SetAsync("x", "1", expectedVersion: read.Version, cancellationToken: Token));

        exception.Message.ShouldContain("around the writer");
    }

    [Fact]
    public async Task ExpectedVersion_OfAnotherConfiguration_IsAConflict() =>
        await Should.ThrowAsync<KvConflictException>(() => Writer.SetAsync("x", "1", expectedVersion: $"{long.MaxValue}-{new string('a', 32)}", cancellationToken: Token));

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("1-")]
    [InlineData("-0123456789abcdef0123456789abcdef")]
    [InlineData("1-0123456789ABCDEF0123456789ABCDEF")]
    public async Task ExpectedVersion_ThatIsNone_IsRefusedAndNamed(string version)
    {
        var exception = await Should.ThrowAsync<ArgumentException>(() => Writer.SetAsync("x", "1", expectedVersion: version, cancellationToken: Token));

        exception.ParamName.ShouldBe("expectedVersion");
        exception.Message.ShouldStartWith($"'{version}' is no version");
    }

    [Theory]
    [InlineData(" Shop:X ", "Shop:X")]
    [InlineData("Shop: X", "Shop:X")]
    [InlineData("Shop\t:X", "Shop:X")]
    public async Task Set_SegmentWithBlanksAtItsEnds_IsRefusedAndNamed(string key, string meant)
    {
        var exception = await Should.ThrowAsync<ArgumentException>(() => Writer.SetAsync(key, "1", cancellationToken: Token));

        exception.Message.ShouldStartWith($"The key '{key}' has blanks at the ends of a segment; write it as '{meant}'.");
        await Writer.SetAsync("Shop:Opening hours", "9", cancellationToken: Token);
    }

    [Fact]
    public async Task RemoveSection_TakesItsValueAndAllBelow_AndNothingBeside()
    {
        await Writer.ReplaceSectionAsync("", new Dictionary<string, string?> { ["Mail"] = "1", ["Mail:Host"] = "2", ["Mailbox"] = "3" }, cancellationToken: Token);

        await Writer.RemoveSectionAsync("mail", "anna", "gone", cancellationToken: Token);

        (await Writer.GetAsync(Token)).Values.Keys.ShouldBe(["Mailbox"]);
        (await Writer.GetHistoryAsync(cancellationToken: Token))[0].Reason.ShouldBe("gone");
    }

    [Fact]
    public async Task Writers_AtTheSameTime_LoseNothing()
    {
        var writer = Writer;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(() => writer.SetAsync($"k{i}", $"{i}", cancellationToken: Token), Token)));

        var read = await writer.GetAsync(Token);
        read.Values.Count.ShouldBe(16);
        read.Revision.ShouldBe(16);
        (await writer.GetHistoryAsync(cancellationToken: Token)).Select(revision => revision.Revision).ShouldBe(Enumerable.Range(1, 16).Reverse().Select(i => (long)i));
        Followed.Root.AsEnumerable().Count().ShouldBe(16);
    }

    [Fact]
    public async Task Commit_BetweenReadingAndWriting_IsReadAgain()
    {
        var once = true;
        Double.Set("config:Mail:HOST", "before");
        Double.BeforeCommit = () =>
        {
            if (once)
            {
                once = false;
                Double.Inner.Set("config:Mail:HOST", "direct");
            }
        };

        var write = await Writer.SetAsync("mail:host", "a", cancellationToken: Token);

        write.Changes.ShouldBe([new("Mail:HOST", true, "direct", true, "a")]);
        Double.GetKeys("config:").ShouldBe(["config:Mail:HOST"]);
    }

    [Fact]
    public async Task Commits_WithoutEnd_EndInAConflict()
    {
        Double.Set("config:a", "0");
        var count = 0;
        Double.BeforeCommit = () => Double.Inner.Set("config:a", ++count);

        var exception = await Should.ThrowAsync<KvConflictException>(() => Writer.SetAsync("b", "1", cancellationToken: Token));

        exception.Key.ShouldBe("config:a");
    }

    [Fact]
    public async Task Cancelled_BeforeTheCommit_ChangesNothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => Writer.SetAsync("a", "1", cancellationToken: cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await Writer.GetAsync(cancelled));
        await Should.ThrowAsync<OperationCanceledException>(() => Writer.UndoAsync(1, cancellationToken: cancelled));
        Double.Count("config:").ShouldBe(0);
    }

    [Fact]
    public async Task Store_ThatThrows_IsPassedOn()
    {
        _ = Followed;
        Double.Fault = static operation => operation is "TryCommitAsync" ? new KvStoreUnavailableException("broken") : null;
        await Should.ThrowAsync<KvStoreUnavailableException>(() => Writer.SetAsync("a", "1", cancellationToken: Token));

        Double.Fault = static operation => operation is "TryReadEncoded" ? new ObjectDisposedException("store") : null;
        await Should.ThrowAsync<ObjectDisposedException>(() => Writer.SetAsync("a", "1", cancellationToken: Token));
        await Should.ThrowAsync<ObjectDisposedException>(async () => await Writer.GetHistoryAsync(cancellationToken: Token));
    }

    [Fact]
    public async Task History_Revisions_TellWhoWhenWhyAndWhat()
    {
        await Writer.SetAsync("a", null, "anna", "first", cancellationToken: Token);
        Followed.Clock.Advance(TimeSpan.FromHours(1));
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange { Author = "ben" }.Set("a", "2").Set("b", "3"), Token);

        var history = await Writer.GetHistoryAsync(cancellationToken: Token);

        history.Select(revision => (revision.Revision, revision.Author, revision.Reason, revision.CommittedAt.Hour))
            .ShouldBe([(2L, "ben", null, 1), (1L, "anna", "first", 0)]);
        history[0].Changes.ShouldBe([new("a", true, null, true, "2"), new("b", false, null, true, "3")]);
        history[1].Changes.ShouldBe([new("a", false, null, true, null)]);
        history[0].ToString().ShouldNotContain("\"2\"");
        (await Writer.GetHistoryAsync(1, Token)).Single().Revision.ShouldBe(2);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(async () => await Writer.GetHistoryAsync(0, Token));
    }

    [Fact]
    public async Task History_BeyondTheLimit_LosesTheOldest()
    {
        Options.HistoryLimit = 5;
        for (var i = 1; i <= 7; i++)
        {
            await Writer.SetAsync("a", $"{i}", cancellationToken: Token);
        }

        (await Writer.GetHistoryAsync(cancellationToken: Token)).Select(revision => revision.Revision).ShouldBe([7L, 6, 5, 4, 3]);
        Double.Count("snapshotkv:config-history:config:").ShouldBe(5);

        Options.HistoryLimit = 2;
        await Writer.SetAsync("a", "8", cancellationToken: Token);
        Double.GetKeys("snapshotkv:config-history:config:")
            .ShouldBe(["snapshotkv:config-history:config:00000000000000000007", "snapshotkv:config-history:config:00000000000000000008"]);
    }

    [Fact]
    public async Task Undo_Revision_GivesBackWhatWasBefore()
    {
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("changed", null).Set("removed", "r"), Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("changed", "2").Remove("removed").Set("added", "3"), Token);

        var undo = await Writer.UndoAsync(2, "anna", cancellationToken: Token);

        (await Writer.GetAsync(Token)).Values.OrderBy(pair => pair.Key).ShouldBe([new("changed", null), new("removed", "r")]);
        Followed["removed"].ShouldBe("r");
        var history = await Writer.GetHistoryAsync(cancellationToken: Token);
        (history[0].Revision, history[0].UndoOf, history[0].Author, history[0].Reason).ShouldBe((3L, 2L, "anna", "Takes revision 2 back"));

        await Writer.UndoAsync(undo.Revision, cancellationToken: Token);
        Followed["added"].ShouldBe("3");
    }

    [Fact]
    public async Task Undo_WhatWasChangedSince_IsAConflictThatNamesTheKeys()
    {
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "1").Set("b", "1").Set("c", "1"), Token);
        await Writer.ApplyAsync(new SnapshotKvConfigurationChange().Set("a", "2").Remove("b"), Token);

        var exception = await Should.ThrowAsync<KvConflictException>(() => Writer.UndoAsync(1, cancellationToken: Token));

        exception.Message.ShouldContain("'a', 'b' changed");
        exception.Message.ShouldNotContain("'c'");
        (await Writer.GetAsync(Token)).Revision.ShouldBe(2);
    }

    [Fact]
    public async Task Undo_RevisionThatIsNotKept_IsRefused()
    {
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Writer.UndoAsync(1, cancellationToken: Token))).Message.ShouldContain("empty");
        await Writer.SetAsync("a", "1", cancellationToken: Token);
        (await Should.ThrowAsync<ArgumentOutOfRangeException>(() => Writer.UndoAsync(2, cancellationToken: Token))).Message.ShouldContain("1 to 1");
    }

    [Fact]
    public async Task Undo_WhatTheGateRefuses_ChangesNothing()
    {
        Double.Set("config:Port", "bad");
        var unfollowed = new SnapshotKvConfigurationWriter(Store, Options, TimeProvider.System, static () => [], NullLogger.Instance);
        await unfollowed.SetAsync("Port", "25", cancellationToken: Token);

        await Should.ThrowAsync<SnapshotKvConfigurationRefusedException>(() => Writer.UndoAsync(1, cancellationToken: Token));

        Followed["Port"].ShouldBe("25");
    }

    [Fact]
    public async Task Head_WrittenBySomethingElse_IsATypedError()
    {
        Double.Set("snapshotkv:config-head:config:", "nonsense");

        (await Should.ThrowAsync<KvSerializationException>(() => Writer.SetAsync("a", "1", cancellationToken: Token))).Key.ShouldBe("snapshotkv:config-head:config:");
    }

    [Fact]
    public async Task Arguments_ThatAreNull_AreRefused()
    {
        await Should.ThrowAsync<ArgumentNullException>(async () => await Writer.ApplyAsync(null!, Token));
        await Should.ThrowAsync<ArgumentNullException>(async () => await Writer.SetAsync(null!, "1", cancellationToken: Token));
        await Should.ThrowAsync<ArgumentNullException>(async () => await Writer.ReplaceSectionAsync("a", null!, cancellationToken: Token));
    }

    protected virtual void Dispose(bool disposing) => _followed?.Dispose();
}
