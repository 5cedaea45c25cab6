using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Tests.Support;

namespace SnapshotKv.Extensions.Tests.Configuration;

public sealed class SnapshotKvConfigurationExtensionsTests
{
    [Fact]
    public void AddSnapshotKv_OnAPlainBuilder_ReadsThePathOfTheSourcesSoFar()
    {
        using var directory = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:a", "1");
        var stream = new MemoryStream(Encoding.UTF8.GetBytes("""{"x":"from a stream"}"""));
        using var chained = new ConfigurationManager();
        chained.AddInMemoryCollection(Settings("SnapshotKv:Path", directory.Path));

        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddConfiguration(chained, shouldDisposeConfiguration: true).AddJsonStream(stream).AddSnapshotKv()
            .AddInMemoryCollection(Settings("SnapshotKv:Path", "/nowhere/else")).Build();

        root["a"].ShouldBe("1");

        // Neither used up nor disposed by having been looked at.
        root["x"].ShouldBe("from a stream");
        chained["SnapshotKv:Path"].ShouldBe(directory.Path);
    }

    [Fact]
    public void AddSnapshotKv_StoreAmongTheSources_IsNotAskedWhereItIs()
    {
        using var directory = new TemporaryDirectory();
        using var other = new TemporaryDirectory();
        TestStore.Write(directory.Path, "config:a", "1");
        TestStore.Write(other.Path, "config:a", "2");

        using var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).AddSnapshotKv(other.Path).Build();

        root["a"].ShouldBe("2");
    }

    [Fact]
    public void AddSnapshotKv_RelativePath_LiesUnderTheContentRoot()
    {
        using var directory = new TemporaryDirectory();
        using var root = (ConfigurationRoot)new ConfigurationBuilder().SetBasePath(directory.Path).AddSnapshotKv("data").Build();

        root.Providers.Single().ToString()!.ShouldContain($"'{Path.Combine(directory.Path, "data")}'");
        Directory.Exists(Path.Combine(directory.Path, "data")).ShouldBeTrue();
    }

    [Fact]
    public void AddSnapshotKv_SettingsOfTheSection_CountForStoreAndSource()
    {
        using var directory = new TemporaryDirectory();
        using var manager = new ConfigurationManager();
        manager.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["SnapshotKv:Path"] = directory.Path,
            ["SnapshotKv:Format"] = "Json",
            ["SnapshotKv:Configuration:Prefix"] = "settings:",
            ["SnapshotKv:Configuration:ReloadOn"] = "Change",
            ["SnapshotKv:Configuration:ReloadDebounce"] = "00:00:05",
        });
        SnapshotKvConfigurationSource? seen = null;
        SnapshotKvOptions? options = null;

        manager.AddSnapshotKv(source =>
        {
            seen = source;
            source.ConfigureStore = store => options = store;
        });

        (seen!.Prefix, seen.ReloadOn, seen.ReloadDebounce).ShouldBe(("settings:", SnapshotKvReloadMode.Change, TimeSpan.FromSeconds(5)));
        options!.Format.ShouldBe(KvFormat.Json);
        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path }, "test");
        store.Format.ShouldBe(KvFormat.Json);
    }

    [Fact]
    public void AddSnapshotKv_UnstatedSettings_YieldToWhoStatesThem()
    {
        using var directory = new TemporaryDirectory();
        using var root = (ConfigurationRoot)new ConfigurationBuilder().AddSnapshotKv(directory.Path).Build();

        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path, MaxSnapshots = 2 }, "test");

        store.Set("a", "1");
    }

    [Fact]
    public void AddSnapshotKv_SettingsOfTheSection_YieldToWhoeverStatesThem()
    {
        using var directory = new TemporaryDirectory();
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddInMemoryCollection(Settings("SnapshotKv:MaxSnapshots", "3")).AddSnapshotKv(directory.Path).Build();

        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path, MaxSnapshots = 2 }, "test");

        store.Set("a", "1");
    }

    [Fact]
    public void AddSnapshotKv_SettingsStatedInCodeThatDiffer_AreRefused()
    {
        using var directory = new TemporaryDirectory();
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddSnapshotKv(source => (source.Path, source.ConfigureStore) = (directory.Path, options => options.MaxSnapshots = 3)).Build();

        var exception = Should.Throw<KvStoreSettingsException>(() => KvStore.OpenShared(new SnapshotKvOptions { Path = directory.Path, MaxSnapshots = 2 }, "test"));

        exception.Message.ShouldContain("configuration");
    }

    [Theory]
    [InlineData("SnapshotKv:MaxSnapshots", "many")]
    [InlineData("SnapshotKv:Configuration:ReloadOn", "Sometimes")]
    [InlineData("SnapshotKv:Configuration:ReloadDebounce", "10")]
    public void AddSnapshotKv_SettingThatCannotBeRead_IsNamed(string key, string value)
    {
        var builder = new ConfigurationBuilder().AddInMemoryCollection(Settings(key, value));

        Should.Throw<OptionsValidationException>(() => builder.AddSnapshotKv("data")).Message.ShouldContain($"{key} must be");
    }

    [Fact]
    public void Build_SettingsOutOfRange_AreAllNamed()
    {
        var builder = new ConfigurationBuilder().AddSnapshotKv(source =>
        {
            source.Path = "data";
            source.Store = new StoreDouble();
            source.Prefix = "snapshotkv:x";
            source.ReloadOn = (SnapshotKvReloadMode)9;
            source.ReloadDebounce = TimeSpan.FromSeconds(-1);
        });

        Should.Throw<OptionsValidationException>(builder.Build).Failures.Count().ShouldBe(4);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("snapshotkv:")]
    public void Build_PrefixThatIsNone_IsRefused(string prefix) => Refuse(prefix);

    [Fact]
    public void Build_PrefixWithAnUnpairedSurrogate_IsRefused() => Refuse("\ud800");

    private static void Refuse(string prefix) =>
        Should.Throw<OptionsValidationException>(() => new ConfigurationBuilder().AddSnapshotKv(source =>
        {
            source.Store = new StoreDouble();
            source.Prefix = prefix;
        }).Build()).Message.ShouldContain("Prefix");

    [Fact]
    public void AddSnapshotKv_WrongArguments_AreRefused()
    {
        var builder = new ConfigurationBuilder();

        Should.Throw<ArgumentException>(() => builder.AddSnapshotKv(string.Empty));
        Should.Throw<ArgumentNullException>(() => builder.AddSnapshotKv((string)null!));
        Should.Throw<ArgumentNullException>(() => builder.AddSnapshotKv((Action<SnapshotKvConfigurationSource>)null!));
        Should.Throw<ArgumentNullException>(() => ((IConfigurationBuilder)null!).AddSnapshotKv());
        new ConfigurationBuilder().Sources.ShouldBeEmpty();
    }

    [Fact]
    public void DebugView_KeysToBeMasked_AreShownWithoutTheirValues()
    {
        var store = new StoreDouble();
        store.Set("config:Mail:Password", "one");
        store.Set("config:Mail:Host", "visible");
        store.Set("config:Own:Pin", "two");
        using var root = (ConfigurationRoot)new ConfigurationBuilder()
            .AddInMemoryCollection(Settings("ConnectionStrings:Main", "three"))
            .AddSnapshotKv(source =>
            {
                source.Store = store;
                source.MaskedKeys.Add("own:*");
            }).Build();

        var view = root.GetSnapshotKvDebugView();

        view.ShouldContain("Host=visible");
        view.ShouldContain("Password=******");
        view.ShouldContain("Pin=******");
        foreach (var value in new[] { "one", "two", "three" })
        {
            view.ShouldNotContain("=" + value);
        }
    }

    [Fact]
    public void DebugView_WithoutAStore_MasksTheUsual() =>
        new ConfigurationBuilder().AddInMemoryCollection(Settings("Service:ApiKey", "hidden")).Build().GetSnapshotKvDebugView().ShouldNotContain("hidden");

    [Theory]
    [InlineData("Jwt:SigningKey", true)]
    [InlineData("Data:EncryptionMasterKey", true)]
    [InlineData("Storage:AccountKey", true)]
    [InlineData("Ssh:Passphrase", true)]
    [InlineData("Smtp:Pass", true)]
    [InlineData("PASS", true)]
    [InlineData("Smtp:Passes", false)]
    [InlineData("Compass", false)]
    [InlineData("Keyboard", false)]
    public void DebugView_Defaults_MaskWhatUsuallyIsASecretAndLittleElse(string key, bool isMasked) =>
        KeyPatterns.MatchesAny(KeyPatterns.Defaults, key).ShouldBe(isMasked);

    [Fact]
    public void MaskedKeys_QuestionMark_StandsForOneCharacter()
    {
        KeyPatterns.MatchesAny(["pin?"], "Pin1").ShouldBeTrue();
        KeyPatterns.MatchesAny(["pin?"], "Pin12").ShouldBeFalse();
    }

    private static Dictionary<string, string?> Settings(string key, string value) => new() { [key] = value };
}
