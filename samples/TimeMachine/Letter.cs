using System.Buffers.Binary;
using System.Text.Json;

namespace SnapshotKv.Samples.TimeMachine;

/// <summary>What goes through the owner's door, in and out: a length, and that many bytes of JSON.</summary>
internal static class Letter
{
    /// <summary>An answer names each setting that was changed, and fits; a length that somebody has made up need not.</summary>
    private const int MostBytes = 16 << 20;

    /// <summary>A letter in which something is missing is none.</summary>
    private static readonly JsonSerializerOptions Form = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    public static async Task WriteAsync<T>(Stream pipe, T content, CancellationToken cancellationToken)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(content, Form);
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        await pipe.WriteAsync(length, cancellationToken);
        await pipe.WriteAsync(bytes, cancellationToken);
        await pipe.FlushAsync(cancellationToken);
    }

    /// <exception cref="IOException">What came is no such letter, or ended in the middle.</exception>
    public static async Task<T> ReadAsync<T>(Stream pipe, CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(int)];
        await pipe.ReadExactlyAsync(head, cancellationToken);
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length is < 0 or > MostBytes)
        {
            throw new IOException("What came through the door is no letter: its length cannot be.");
        }

        var bytes = new byte[length];
        await pipe.ReadExactlyAsync(bytes, cancellationToken);
        try
        {
            return JsonSerializer.Deserialize<T>(bytes, Form) ?? throw new IOException("The letter is empty.");
        }
        catch (JsonException exception)
        {
            throw new IOException("What came through the door is no letter.", exception);
        }
    }
}
