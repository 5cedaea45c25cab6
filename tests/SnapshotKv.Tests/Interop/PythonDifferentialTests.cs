using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using SnapshotKv.Serialization;
using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Interop;

/// <summary>Our MessagePack against Debian's python3-msgpack, in both directions over generated values: each says what the other's bytes are.</summary>
public sealed partial class PythonDifferentialTests
{
    private const int Values = 3_000;
    private const int NanosecondsPerTick = 100;

    private readonly int _seed = Random.Shared.Next();

    [Fact]
    public async Task Writer_GeneratedValues_PythonReadsWhatWasWritten()
    {
        var token = TestContext.Current.CancellationToken;
        await PythonMessagePack.RequireAsync(token);
        using var directory = new TemporaryDirectory();
        var generator = new WireValues(_seed);
        var values = Enumerable.Range(0, Values).Select(_ => generator.Next()).ToList();

        var lines = await PythonMessagePack.DescribeAsync(directory.Path, values.Select(WireValues.Encode), token);

        lines.Length.ShouldBe(Values);
        for (var i = 0; i < Values; i++)
        {
            ShouldBeSame(lines[i], WireText.OfValue(values[i]), i);
        }
    }

    [Fact]
    public async Task Reader_ValuesThatPythonPacked_FindsWhatPythonMeant()
    {
        var token = TestContext.Current.CancellationToken;
        await PythonMessagePack.RequireAsync(token);
        using var directory = new TemporaryDirectory();

        var values = await PythonMessagePack.GenerateAsync(directory.Path, _seed, Values, token);

        values.Count.ShouldBe(Values);
        for (var i = 0; i < Values; i++)
        {
            ShouldBeSame(WireText.OfBytes(values[i].Bytes), values[i].Text, i);
        }
    }

    [Fact]
    public async Task UntypedValues_ThatPythonPacked_AreReadAndWrittenAgainAlike()
    {
        var token = TestContext.Current.CancellationToken;
        await PythonMessagePack.RequireAsync(token);
        using var directory = new TemporaryDirectory();
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        var values = await PythonMessagePack.GenerateAsync(directory.Path, _seed, Values, token);
        var toldApart = 0;
        var (kept, written) = (new List<string>(), new List<byte[]>());
        foreach (var (bytes, text) in values)
        {
            object? value;
            try
            {
                value = serializer.Deserialize<object>(bytes.AsSpan());
            }
            catch (KvSerializationException)
            {
                // Extensions, keys that are no text, instants that .NET does not have.
                continue;
            }

            // What was read is what Python meant: as far as .NET tells it apart, and then on the way back in every byte.
            var buffer = new ArrayBufferWriter<byte>();
            serializer.Serialize(value, buffer);
            kept.Add(WireText.OfValue(value));
            written.Add(buffer.WrittenSpan.ToArray());
            if (IsToldApart(text))
            {
                toldApart++;
                ShouldBeSame(kept[^1], text, kept.Count - 1);
            }
        }

        toldApart.ShouldBeGreaterThan(Values / 3, $"seed {_seed}");
        var lines = await PythonMessagePack.DescribeAsync(directory.Path, written, token);
        for (var i = 0; i < kept.Count; i++)
        {
            ShouldBeSame(lines[i], kept[i], i);
        }
    }

    // Not so: instants with odd nanoseconds, strings that are no text (they become bytes), keys that are bytes (they become text).
    private static bool IsToldApart(string text) => Nanoseconds().Matches(text).All(match => int.Parse(match.Groups["nanoseconds"].ValueSpan, CultureInfo.InvariantCulture) % NanosecondsPerTick == 0)
        && !BinaryKey().IsMatch(text)
        && StringBytes().Matches(text).All(match => Utf8.IsValid(Convert.FromHexString(match.Groups["hex"].ValueSpan)));

    [GeneratedRegex(@"time -?\d+\.(?<nanoseconds>\d+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Nanoseconds();

    [GeneratedRegex("bin [0-9a-f]*:")]
    private static partial Regex BinaryKey();

    [GeneratedRegex("str (?<hex>[0-9a-f]*)", RegexOptions.ExplicitCapture)]
    private static partial Regex StringBytes();

    private void ShouldBeSame(string actual, string expected, int index)
    {
        // Not compared by Shouldly, which would lay out megabytes.
        if (actual != expected)
        {
            Assert.Fail($"Value {index} of seed {_seed}:\n{Head(actual)}\ninstead of\n{Head(expected)}");
        }

        static string Head(string text) => text.Length <= 2_000 ? text : text[..2_000] + "…";
    }
}
