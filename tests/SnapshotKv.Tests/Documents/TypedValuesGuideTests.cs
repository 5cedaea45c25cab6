using System.Text.Json.Serialization;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/typed-values.md</c>, run.</summary>
public sealed partial class TypedValuesGuideTests
{
    [Fact]
    public void Guide_EachBlock_DoesWhatThePageSays()
    {
        // begin open
        using var store = KvStore.Open(new SnapshotKvOptions { TypeInfoResolver = AppContext.Default });
        // end open

        // begin set
        store.Set("user:1", new User { Name = "Ada", Joined = DateTimeOffset.UnixEpoch, Roles = ["admin"] });
        store.Set("limits", new Dictionary<string, int> { ["requests"] = 100 });
        store.Set("greeting", "hello");
        // end set

        // begin get
        if (store.TryGet<User>("user:1", out var user))
        {
            Console.WriteLine(user!.Name);
        }

        // end get
        user!.Roles.ShouldBe(["admin"]);

        // begin untyped
        store.TryGet("limits", out object? anything);
        var requests = ((Dictionary<string, object?>)anything!)["requests"]; // 100L
        // end untyped
        requests.ShouldBe(100L);

        // begin mismatch
        try
        {
            store.TryGet<int>("greeting", out _);
        }
        catch (KvSerializationException mismatch)
        {
            // Key 'greeting': The value holds a string, but Int32 was asked for (at $, byte 0).
            Console.Error.WriteLine(mismatch.Message);
        }

        // end mismatch
        Should.Throw<KvSerializationException>(() => store.TryGet<int>("greeting", out _)).Message
            .ShouldBe("Key 'greeting': The value holds a string, but Int32 was asked for (at $, byte 0).");

        store.TryGet<UserOfLater>("user:1", out var later).ShouldBeTrue();
        later!.Name.ShouldBe("Ada");
        later.Language.ShouldBe("en");
    }

    // begin types
    internal sealed class User
    {
        public string Name { get; set; } = "";

        [JsonPropertyName("since")]
        public DateTimeOffset Joined { get; set; }

        public List<string> Roles { get; set; } = [];
    }

    [JsonSerializable(typeof(User))]
    [JsonSerializable(typeof(UserOfLater))]
    internal sealed partial class AppContext : JsonSerializerContext;

    // end types

    // begin later
    internal sealed class UserOfLater
    {
        public string Name { get; set; } = "";

        // Users that were stored without one get this.
        public string Language { get; set; } = "en";
    }

    // end later
}
