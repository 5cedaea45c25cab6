using System.Text;
using SnapshotKv.Format;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Keyspace;

/// <summary>Records for tests of the layers below the store.</summary>
internal static class Records
{
    public static Record Make(string key, int value = 0, long deadline = 0) => Record.Create(new RecordParts
    {
        Key = Encoding.UTF8.GetBytes(key),
        Value = BitConverter.GetBytes(value),
        Deadline = deadline,
    });

    public static int Number(Record record) => BitConverter.ToInt32(record.Value);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
