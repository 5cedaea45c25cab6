using System.Buffers.Text;
using System.Security.Cryptography;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>The tags by which the entries of sessions are found: one by its id, and one by its user.</summary>
/// <remarks>They begin with a word of ours, so that an application which tags its own entries <c>user:ada</c>, and removes these, signs nobody out.</remarks>
internal static class SessionTags
{
    /// <summary>The longest name, in bytes of UTF-8, that stands in a tag as it is. Well below the 1,024 bytes that a tag may have.</summary>
    private const int LongestPlainName = 512;

    public static string[] Of(SessionContent content) => content.UserName is { } userName ? [Id(content.Id), User(userName)] : [Id(content.Id)];

    public static string Id(Guid id) => "session:id:" + id.ToString("D");

    /// <exception cref="ArgumentException">The name has an unpaired surrogate.</exception>
    public static string User(string userName)
    {
        var bytes = SessionText.Encode(userName, "A user name", nameof(userName));
        return bytes.Length <= LongestPlainName ? "session:user:" + userName : "session:user-sha256:" + Base64Url.EncodeToString(SHA256.HashData(bytes));
    }
}
