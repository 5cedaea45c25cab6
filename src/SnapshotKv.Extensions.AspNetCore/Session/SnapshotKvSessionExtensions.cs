using SnapshotKv.Extensions.AspNetCore.Session;

namespace Microsoft.AspNetCore.Http;

/// <summary>Says whose a session is, so that an <see cref="ISnapshotKvSessionDirectory"/> can find all sessions of a user.</summary>
public static class SnapshotKvSessionExtensions
{
    /// <summary>The key of the session under which the user's name stands.</summary>
    public const string UserNameKey = SessionUser.Key;

    /// <summary>Sets whose the session is: at sign-in, and with null at sign-out.</summary>
    /// <param name="session">The session, also one that wraps another.</param>
    /// <param name="userName">The name, compared exactly where sessions are looked for, upper and lower case too; null for nobody's.</param>
    /// <remarks>
    /// It is a key of the session like any other: it counts once the session is committed, and <see cref="ISession.Clear"/> removes it.
    /// It says nothing about who is signed in; the application's authentication does.
    /// </remarks>
    /// <exception cref="ArgumentException"><paramref name="userName"/> is empty, or has an unpaired surrogate.</exception>
    /// <exception cref="InvalidOperationException">The session is a new one, and the response has started.</exception>
    public static void SetUserName(this ISession session, string? userName)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (userName is null)
        {
            session.Remove(UserNameKey);
            return;
        }

        if (userName.Length == 0)
        {
            throw new ArgumentException("A user name must not be empty; null says that the session is nobody's.", nameof(userName));
        }

        session.Set(UserNameKey, SessionText.Encode(userName, "A user name", nameof(userName)));
    }

    /// <summary>Whose the session is.</summary>
    /// <param name="session">The session, also one that wraps another.</param>
    /// <returns>The name; null when none was set.</returns>
    public static string? GetUserName(this ISession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        return session.TryGetValue(UserNameKey, out var bytes) ? SessionUser.Read(bytes) : null;
    }
}
