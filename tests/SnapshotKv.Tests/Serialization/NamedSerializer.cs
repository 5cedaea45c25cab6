using System.Buffers;
using System.Text;

namespace SnapshotKv.Tests.Serialization;

/// <summary>A serializer of the user's that knows text only, and does what a test tells it to.</summary>
internal sealed class NamedSerializer(string name) : IKvSerializer
{
    public string Name => name;

    /// <summary>Runs in the middle of each writing, after some bytes; for failures.</summary>
    public Action? OnSerialize { get; set; }

    /// <summary>Runs at the beginning of each reading.</summary>
    public Action? OnDeserialize { get; set; }

    public void Serialize<T>(T value, IBufferWriter<byte> target)
    {
        target.Write("text:"u8);
        OnSerialize?.Invoke();
        target.Write(Encoding.UTF8.GetBytes((string?)(object?)value ?? "\0"));
    }

    public T? Deserialize<T>(ReadOnlySequence<byte> source)
    {
        OnDeserialize?.Invoke();
        var text = Encoding.UTF8.GetString(source)["text:".Length..];
        return (T?)(object?)(text == "\0" ? null : text);
    }
}
