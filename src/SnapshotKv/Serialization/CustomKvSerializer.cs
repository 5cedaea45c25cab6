using System.Buffers;
using System.Buffers.Text;
using SnapshotKv.Format;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>
/// A serializer of the user's in a store's format: its bytes are kept as a value of plain bytes, as a MessagePack <c>bin</c> or as base64 text, so
/// that Go reads them as <c>[]byte</c>, and <see cref="IKvStore.TryGetBytes(string, out byte[])"/> and a conversion between the formats leave them as they are.
/// </summary>
/// <remarks>Thread-safe as the user's is. Its name is asked once: what is in files must not change under way.</remarks>
internal sealed class CustomKvSerializer(IKvSerializer inner, KvFormat format) : StoreSerializer
{
    public override string Name { get; } = inner.Name;

    protected override void Write<T>(T value, IBufferWriter<byte> target)
    {
        using var buffer = new PooledBuffer();
        try
        {
            inner.Serialize(value, buffer);
        }
        catch (Exception e) when (UserCode.IsAtFault(e))
        {
            throw new KvSerializationException(
                $"The serializer '{Name}' cannot write a value of type {TypeNames.Describe(value?.GetType() ?? typeof(T))}: {UserCode.Describe(e)}", e);
        }

        var length = ByteValue.EncodedLength(format, buffer.Written.Length);
        ByteValue.Encode(format, buffer.Written, target.GetSpan(length)[..length]);
        target.Advance(length);
    }

    protected override T? Read<T>(ReadOnlySpan<byte> source)
        where T : default
    {
        // A copy, since a span cannot be handed on as a sequence; the user's code is told to keep nothing of it.
        var rented = ArrayPool<byte>.Shared.Rent(Math.Max(source.Length, 1));
        try
        {
            var length = Unwrap(source, rented, typeof(T));
            return inner.Deserialize<T>(new ReadOnlySequence<byte>(rented, 0, length));
        }
        catch (Exception e) when (UserCode.IsAtFault(e))
        {
            throw new KvSerializationException($"The serializer '{Name}' cannot read the value as {TypeNames.Describe(typeof(T))}: {UserCode.Describe(e)}", e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private int Unwrap(ReadOnlySpan<byte> source, Span<byte> target, Type asked)
    {
        ReadOnlySpan<byte> text = default;
        bool isText;
        if (format == KvFormat.Json)
        {
            isText = source is [(byte)'"', .., (byte)'"'];
            text = isText ? source[1..^1] : default;
        }
        else if (MessagePackToken.TryRead(source, out var token) && token.PayloadSize <= (uint)(source.Length - token.HeadSize))
        {
            var payload = source.Slice(token.HeadSize, (int)token.PayloadSize);
            if (token.Kind == MessagePackKind.Binary)
            {
                payload.CopyTo(target);
                return payload.Length;
            }

            // What a JSON store kept as base64 is text when the directory has been converted: JSON cannot tell them apart.
            isText = token.Kind == MessagePackKind.String;
            text = isText ? payload : default;
        }
        else
        {
            isText = false;
        }

        // An empty value is empty text.
        if (isText && Base64.DecodeFromUtf8(text, target, out _, out var written) == OperationStatus.Done)
        {
            return written;
        }

        throw new KvSerializationException(
            $"The value holds {EncodedValue.Describe(format, source)}, but {TypeNames.Describe(asked)} was asked for from the bytes of the serializer '{Name}', which did not write it.");
    }
}
