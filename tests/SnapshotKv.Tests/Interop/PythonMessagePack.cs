using System.Buffers.Binary;
using System.Diagnostics;

namespace SnapshotKv.Tests.Interop;

/// <summary>Debian's python3-msgpack, asked through <c>eng/msgpack-differential.py</c>.</summary>
internal static class PythonMessagePack
{
    // Debian's own interpreter: another python3 earlier in the path does not see Debian's packages.
    private const string Python = "/usr/bin/python3";

    /// <summary>Skips the test where python3-msgpack is not installed. In CI it is, and its absence is a failure.</summary>
    public static async Task RequireAsync(CancellationToken token)
    {
        if (!File.Exists(Python) || (await RunAsync(["-c", "import msgpack"], token)).ExitCode != 0)
        {
            Environment.GetEnvironmentVariable("CI").ShouldBeNullOrEmpty("CI has to install python3-msgpack");
            Assert.Skip("needs python3-msgpack: apt-get install python3-msgpack");
        }
    }

    /// <summary>What Python says that each value is.</summary>
    public static async Task<string[]> DescribeAsync(string directory, IEnumerable<byte[]> values, CancellationToken token)
    {
        var (bytes, lines) = (Path.Combine(directory, "ours"), Path.Combine(directory, "ours.txt"));
        await using (var file = File.Create(bytes))
        {
            var head = new byte[sizeof(uint)];
            foreach (var value in values)
            {
                BinaryPrimitives.WriteInt32BigEndian(head, value.Length);
                await file.WriteAsync(head, token);
                await file.WriteAsync(value, token);
            }
        }

        await CallAsync(["describe", bytes, lines], token);
        return await File.ReadAllLinesAsync(lines, token);
    }

    /// <summary>Values that Python made and packed, each with what it is.</summary>
    public static async Task<IReadOnlyList<(byte[] Bytes, string Text)>> GenerateAsync(string directory, int seed, int count, CancellationToken token)
    {
        var (bytes, lines) = (Path.Combine(directory, "theirs"), Path.Combine(directory, "theirs.txt"));
        await CallAsync(["generate", $"{seed}", $"{count}", bytes, lines], token);
        ReadOnlyMemory<byte> rest = await File.ReadAllBytesAsync(bytes, token);
        var values = new List<(byte[], string)>(count);
        foreach (var line in await File.ReadAllLinesAsync(lines, token))
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest.Span);
            values.Add((rest.Slice(sizeof(uint), length).ToArray(), line));
            rest = rest[(sizeof(uint) + length)..];
        }

        rest.IsEmpty.ShouldBeTrue();
        return values;
    }

    private static async Task CallAsync(string[] arguments, CancellationToken token)
    {
        var (exitCode, errors) = await RunAsync([Repository.PathOf("eng/msgpack-differential.py"), .. arguments], token);
        exitCode.ShouldBe(0, errors);
    }

    private static async Task<(int ExitCode, string Errors)> RunAsync(string[] arguments, CancellationToken token)
    {
        using var process = new Process { StartInfo = new ProcessStartInfo(Python, arguments) { RedirectStandardError = true, UseShellExecute = false } };
        process.Start();
        var errors = await process.StandardError.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        return (process.ExitCode, errors);
    }
}
