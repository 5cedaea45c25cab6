using System.Text;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Text as UTF-8 without folding: an unpaired surrogate is refused instead of becoming a question mark that other text becomes too.</summary>
internal static class SessionText
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The text has an unpaired surrogate.</exception>
    public static byte[] Encode(string text, string what, string parameter)
    {
        try
        {
            return StrictUtf8.GetBytes(text);
        }
        catch (EncoderFallbackException exception)
        {
            throw new ArgumentException($"{what} must be well-formed text; this one has an unpaired surrogate.", parameter, exception);
        }
    }

    public static bool IsWellFormed(string text)
    {
        try
        {
            _ = StrictUtf8.GetByteCount(text);
            return true;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }
}
