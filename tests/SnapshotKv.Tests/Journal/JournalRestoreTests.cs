using System.Buffers.Binary;
using SnapshotKv.Format;

namespace SnapshotKv.Tests.Journal;

/// <summary>The body of a restore's frame.</summary>
public sealed class JournalRestoreTests
{
    private static readonly JournalRestore Example = new("data-20260301-143022-0001.msgpack.gz", 1234, 0xDEADBEEF, -5, "p:"u8.ToArray(), ["p:a"u8.ToArray(), "p:\u00e9"u8.ToArray()]);

    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        var read = JournalRestore.Read(Example.ToBody());

        (read with { Prefix = Example.Prefix, Protected = Example.Protected }).ShouldBe(Example);
        read.Prefix.ShouldBe(Example.Prefix);
        read.Protected.ShouldBe(Example.Protected);
    }

    [Fact]
    public void Read_CutAnywhereOrWithMoreBehindIt_IsDamage()
    {
        var body = Example.ToBody();
        for (var length = 0; length < body.Length; length++)
        {
            Should.Throw<JournalDamageException>(() => JournalRestore.Read(body.AsSpan(0, length)), $"{length} bytes");
        }

        Should.Throw<JournalDamageException>(() => JournalRestore.Read([.. body, 0]));
    }

    [Theory]
    [InlineData(20)]
    [InlineData(24)]
    [InlineData(28)]
    public void Read_LengthsThatAreMerelyClaimed_AreDamageAndCostNothing(int offset)
    {
        foreach (var length in (uint[])[uint.MaxValue, int.MaxValue, 1 << 20, 1_000])
        {
            var body = Example.ToBody();
            BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(offset), length);

            Should.Throw<JournalDamageException>(() => JournalRestore.Read(body));
        }
    }

    [Fact]
    public void Read_MorePrefixesThanMayBeProtected_IsDamage()
    {
        JournalRestore.Read(With(HistoryDocument.MostPrefixes)).Protected.Count.ShouldBe(HistoryDocument.MostPrefixes);
        Should.Throw<JournalDamageException>(() => JournalRestore.Read(With(HistoryDocument.MostPrefixes + 1))).Message.ShouldContain("1001 protected prefixes, more than the 1000 there may be");

        static byte[] With(int count) => (Example with { Protected = [.. Enumerable.Range(0, count).Select(i => System.Text.Encoding.ASCII.GetBytes($"p:{i}"))] }).ToBody();
    }

    [Fact]
    public void Read_AnyByteChanged_IsARestoreOrDamage()
    {
        var body = Example.ToBody();
        for (var offset = 0; offset < body.Length; offset++)
        {
            for (var value = 0; value < 256; value += 5)
            {
                var changed = (byte[])body.Clone();
                changed[offset] = (byte)value;
                try
                {
                    JournalRestore.Read(changed).Protected.Count.ShouldBeLessThan(10);
                }
                catch (JournalDamageException)
                {
                    // As good an answer.
                }
            }
        }
    }
}
