using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Over a store that keeps snapshots, in JSON.</summary>
public sealed class SnapshotStoreWriterTests : ConfigurationWriterSpecification
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private protected override SnapshotStoreDouble Double { get; } = new(KvFormat.Json);

    [Fact]
    public async Task Set_SaveThatFails_IsPassedOnAndPublishedLater()
    {
        _ = Followed;
        Double.Fault = static operation => operation == "Save" ? new KvStoreUnavailableException("disk full") : null;

        await Should.ThrowAsync<KvStoreUnavailableException>(() => Writer.SetAsync("a", "1", cancellationToken: Token));
        Followed["a"].ShouldBeNull();

        Double.Fault = static _ => null;
        Double.Save();
        Followed["a"].ShouldBe("1");
    }

    [Fact]
    public async Task Set_BadCommitOfAnotherBeforeTheSnapshot_SaysThatItIsNotPublished()
    {
        _ = Followed;
        Double.Fault = operation =>
        {
            if (operation == "Save")
            {
                Double.Inner.Set("config:A", "2");
            }

            return null;
        };

        var exception = await Should.ThrowAsync<SnapshotKvConfigurationRefusedException>(() => Writer.SetAsync("a", "1", cancellationToken: Token));

        exception.Message.ShouldContain("Revision 1 was written, but is not published");
        exception.InnerException.ShouldBeOfType<SnapshotKvConfigurationException>();
    }

    [Fact]
    public async Task Set_WhileAnotherThreadStillTells_WaitsForIt()
    {
        _ = Followed;
        var provider = Followed.Provider;
        Double.Inner.Set("config:a", "1");
        var version = Double.Capture("config:").Version;

        var waiting = provider.CatchUpAsync(version, Token);
        waiting.IsCompleted.ShouldBeFalse();
        Double.Tell(Double.Capture("config:"));

        (await waiting).ShouldBeNull();
        Followed["a"].ShouldBe("1");
    }

    [Fact]
    public async Task CatchUp_ProviderThatIsDisposed_IsReleased()
    {
        var provider = Followed.Provider;
        var waiting = provider.CatchUpAsync(long.MaxValue, Token);

        Followed.Dispose();

        (await waiting).ShouldBeNull();
        (await provider.CatchUpAsync(long.MaxValue, Token)).ShouldBeNull();
    }
}
