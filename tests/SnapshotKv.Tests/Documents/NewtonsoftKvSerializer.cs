using System.Buffers;
using System.Text;
using Newtonsoft.Json;

namespace SnapshotKv.Tests.Documents;

// begin adapter
/// <summary>Values by Newtonsoft.Json. Thread-safe: settings and contracts are not written to once they are in use.</summary>
internal sealed class NewtonsoftKvSerializer(JsonSerializerSettings? settings = null) : IKvSerializer
{
    // In every file with these bytes. When they change, so does the name.
    public string Name => "newtonsoft-json";

    public void Serialize<T>(T value, IBufferWriter<byte> target) =>
        Encoding.UTF8.GetBytes(JsonConvert.SerializeObject(value, typeof(T), settings), target);

    public T? Deserialize<T>(ReadOnlySequence<byte> source) =>
        JsonConvert.DeserializeObject<T>(Encoding.UTF8.GetString(source), settings);
}

// end adapter
