using System.Text.RegularExpressions;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/coming-from-go.md</c>, run, and its tables, complete.</summary>
public sealed partial class ComingFromGoGuideTests
{
    private const string Guide = "docs/guides/coming-from-go.md";

    /// <summary>Every exported name of snapshotkv v0.3.0: functions, methods, types, fields, constants and variables.</summary>
    public static TheoryData<string> ExportedByGo =>
    [
        "Open(", "Close()", "Save()", "IsMemoryOnly()", "Get(", "Set(", "SetEx(", "Delete(", "Exists(", "TTL(", "FindKeysByPrefix(", "Count(", "Scan(",
        "SetWithBlob(", "SetWithBlobEx", "GetBlob(", "UpdateBlob(", "BeginTransaction()", "Commit()", "Rollback()",
        "MsgpackCodec", "JSONCodec", "Codec", "Snapshot`", "SnapshotVersion",
        "Path", "MaxSnapshots", "SaveDebounce", "DisableCompression", "TTLCleanupInterval",
        "ErrNotFound", "ErrBlobNotFound", "ErrNoBlob", "ErrDatabaseClosed", "ErrNotInTransaction", "ErrAlreadyInTransaction", "ErrNoSnapshots", "ErrMemoryOnly",
        "ErrNotInBatch", "ErrAlreadyInBatch",
    ];

    [Theory]
    [MemberData(nameof(ExportedByGo))]
    public void Guide_HasARowForEveryNameThatGoExports(string name) =>
        Row().Matches(Repository.Read(Guide)).Count(row => row.Groups["first"].Value.Contains("`" + name, StringComparison.Ordinal)).ShouldBeGreaterThan(0, name);

    [Fact]
    public void QuickStart_DoesWhatGosReadmeDoes()
    {
        using var temporary = new TemporaryDirectory();
        var path = Path.Combine(temporary.Path, "data");

        // begin quick-start
        using var store = KvStore.Open(path);
        store.Set("user:123", new Dictionary<string, object?> { ["name"] = "Alice", ["email"] = "alice@example.com" });
        store.Set("counter", 42);
        store.Set("session:abc", "123", TimeSpan.FromDays(30));

        if (store.TryGet<Dictionary<string, object?>>("user:123", out var user))
        {
            Console.WriteLine($"User: {user!["name"]}");
        }

        var left = store.GetTimeToLive("session:abc").Remaining;
        var users = store.GetKeys("user:").ToList();
        store.Remove("user:123");

        using (var transaction = store.BeginTransaction())
        {
            for (var i = 0; i < 1000; i++)
            {
                transaction.Set($"item:{i}", i);
            }

            transaction.Commit(); // one commit, in the journal
        }

        // end quick-start
        left.ShouldNotBeNull();
        users.ShouldBe(["user:123"]);
        store.Count("item:").ShouldBe(1000);
    }

    [GeneratedRegex(@"^\| (?<first>[^|]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();
}
