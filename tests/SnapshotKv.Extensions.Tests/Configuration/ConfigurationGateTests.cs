using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Configuration;

public sealed class ConfigurationGateTests
{
    [Fact]
    public void Reload_RefusedSet_KeepsTheLastGoodOneAndReports()
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:Port", 25);
        using var followed = new Followed(store, RequirePort);

        store.Set("config:Port", -1);
        followed.Settle();

        (followed["Port"], followed.Reloads).ShouldBe(("25", 0));
        followed.Log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationRefused).Message.ShouldContain("Port must be positive");
        followed.Errors.Single().ShouldBeOfType<SnapshotKvConfigurationRefusedException>().Reasons.ShouldBe(["Port must be positive"]);

        store.Set("config:Port", 26);
        followed.Settle();
        followed["Port"].ShouldBe("26");
    }

    [Fact]
    public void Reload_AskedFor_AsksTheGateAgain()
    {
        var store = new SnapshotStoreDouble();
        var allowed = false;
        store.Set("config:a", "1");
        using var followed = new Followed(store, source => source.Validate(candidate => candidate["a"] == "2" && !allowed ? ["not yet"] : []));
        store.Set("config:a", "2");
        followed.Settle();
        followed.Root.Reload();
        followed["a"].ShouldBe("1");
        followed.Errors.Count.ShouldBe(2);

        allowed = true;
        store.Save();
        followed["a"].ShouldBe("1");
        followed.Root.Reload();
        followed["a"].ShouldBe("2");
    }

    [Fact]
    public void Start_RefusedSetWithoutAGoodOne_Throws()
    {
        var store = new StoreDouble();
        store.Set("config:Port", -1);

        var exception = Should.Throw<SnapshotKvConfigurationRefusedException>(() => new Followed(store, source =>
        {
            RequirePort(source);
            source.Validate(static _ => ["another reason"]);
        }));

        exception.Reasons.ShouldBe(["Port must be positive", "another reason"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Start_BadSetAfterAGoodOne_StartsWithThat(bool isUnreadable)
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:Port", 25);
        store.Set<string?>("config:Null", null);
        new Followed(store, RequirePort).Dispose();
        if (isUnreadable)
        {
            store.SetBytes("config:Port", [1]);
        }
        else
        {
            store.Set("config:Port", -1);
        }

        using var followed = new Followed(store, RequirePort);

        followed["port"].ShouldBe("25");
        followed.Provider.TryGet("Null", out var value).ShouldBeTrue();
        value.ShouldBeNull();
        followed.Log.Count(SnapshotKvEventIds.ConfigurationLastGoodUsed).ShouldBe(1);
        followed.Errors.Count.ShouldBe(1);

        store.Set("config:Port", 26);
        followed.Settle();
        followed["Port"].ShouldBe("26");
    }

    [Fact]
    public void Start_EmptySet_IsJudgedToo()
    {
        var store = new StoreDouble();

        Should.Throw<SnapshotKvConfigurationRefusedException>(() => new Followed(store, source => source.Validate(static _ => ["something is missing"])));
    }

    [Fact]
    public void LastGood_Set_IsWrittenOnlyWhenItDiffersAndOnlyWithAGate()
    {
        var store = new SnapshotStoreDouble();
        store.Set("config:Port", 25);
        new Followed(store).Dispose();
        store.Exists("snapshotkv:config-good:config:").ShouldBeFalse();

        new Followed(store, RequirePort).Dispose();
        store.TryGetInfo("snapshotkv:config-good:config:", out var first).ShouldBeTrue();
        new Followed(store, RequirePort).Dispose();
        store.TryGetInfo("snapshotkv:config-good:config:", out var second).ShouldBeTrue();

        second.Version.ShouldBe(first.Version);
    }

    [Fact]
    public void LastGood_ThatCannotBeKept_IsLoggedAndTheSetPublished()
    {
        var store = new StoreDouble { Fault = static operation => operation == "SetEncoded" ? new KvStoreUnavailableException("broken") : null };
        store.Inner.Set("config:Port", 25);

        using var followed = new Followed(store, RequirePort);

        followed["Port"].ShouldBe("25");
        followed.Log.Count(SnapshotKvEventIds.ConfigurationLastGoodFailed).ShouldBe(1);
    }

    [Fact]
    public void LastGood_ThatCannotBeRead_EndsTheStart()
    {
        var store = new StoreDouble();
        store.Set("config:Port", -1);
        store.AfterRead = static key =>
        {
            if (key.StartsWith("snapshotkv:", StringComparison.Ordinal))
            {
                throw new KvStoreUnavailableException("broken");
            }
        };

        Should.Throw<SnapshotKvConfigurationRefusedException>(() => new Followed(store, RequirePort));
    }

    [Fact]
    public void Validator_ThatThrows_RefusesWithoutItsMessageInTheLog()
    {
        var store = new StoreDouble();
        using var followed = new Followed(store, source => source.Validate(static candidate => candidate["a"] is null ? [] : throw new FormatException("secret value")));

        store.Set("config:a", "1");
        followed.Settle();

        followed["a"].ShouldBeNull();
        followed.Errors.Single().InnerException.ShouldBeOfType<FormatException>();
        followed.Log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationRefused).Message.ShouldContain("FormatException");
        followed.Log.Entries.ShouldAllBe(entry => !entry.Message.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void ValidateOptions_Candidate_IsBoundAndValidated()
    {
        var store = new StoreDouble();
        store.Set("config:Mail:Port", 25);
        using var followed = new Followed(store, static source => source.ValidateOptions<MailOptions>(
            "Mail", static (section, options) => section.Bind(options), new MailOptionsValidator()));

        store.Set("config:Mail:Port", 70_000);
        followed.Settle();

        followed["Mail:Port"].ShouldBe("25");
        followed.Errors.Single().Message.ShouldContain("Port must be at most 65535");
    }

    private static void RequirePort(SnapshotKvConfigurationSource source) =>
        source.Validate(static candidate => int.Parse(candidate["Port"]!, CultureInfo.InvariantCulture) > 0 ? [] : ["Port must be positive"]);

    private sealed class MailOptions
    {
        public int Port { get; set; }
    }

    private sealed class MailOptionsValidator : IValidateOptions<MailOptions>
    {
        public ValidateOptionsResult Validate(string? name, MailOptions options) =>
            options.Port <= 65_535 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Port must be at most 65535");
    }
}
