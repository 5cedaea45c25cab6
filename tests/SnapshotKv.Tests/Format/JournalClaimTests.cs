using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class JournalClaimTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 0)]
    [InlineData(KvKey.MaxBytes, 5)]
    [InlineData(5, KvKey.MaxBytes)]
    public void Read_WhatWasWritten_IsTheSame(int prefixLength, int nameLength)
    {
        var prefix = new string('p', prefixLength);
        var name = nameLength == 0 ? null : new string('n', nameLength);
        var body = new ArrayBufferWriter<byte>();
        JournalClaim.Write(body, prefix, name);
        JournalClaim.Write(body, "next", "one");

        var rest = body.WrittenSpan;
        JournalClaim.Read(ref rest, out var read).ShouldBe(prefix);
        read.ShouldBe(name);
        JournalClaim.Read(ref rest, out read).ShouldBe("next");
        rest.IsEmpty.ShouldBeTrue();
    }

    [Theory]
    [InlineData(KvKey.MaxBytes + 1, 5)]
    [InlineData(5, KvKey.MaxBytes + 1)]
    public void Read_LongerThanAKeyMayBe_IsDamage(int prefixLength, int nameLength) =>
        ShouldBeDamage(Claim(new byte[prefixLength], new byte[nameLength]), KvKey.MaxBytes.ToString(System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("p\u00ff", "name")]
    [InlineData("prefix", "n\u00ff")]
    public void Read_EitherIsNotUtf8_IsDamage(string prefix, string name) =>
        ShouldBeDamage(Claim(Encoding.Latin1.GetBytes(prefix), Encoding.Latin1.GetBytes(name)), "UTF-8");

    private static byte[] Claim(byte[] prefix, byte[] name)
    {
        var claim = new byte[(JournalClaim.HeaderSize + prefix.Length + name.Length + 7) & ~7];
        BinaryPrimitives.WriteInt32LittleEndian(claim, prefix.Length);
        BinaryPrimitives.WriteInt32LittleEndian(claim.AsSpan(4), name.Length);
        prefix.CopyTo(claim, JournalClaim.HeaderSize);
        name.CopyTo(claim, JournalClaim.HeaderSize + prefix.Length);
        return claim;
    }

    private static void ShouldBeDamage(byte[] claim, string reason) => Should.Throw<JournalDamageException>(() =>
    {
        ReadOnlySpan<byte> rest = claim;
        JournalClaim.Read(ref rest, out _);
    }).Message.ShouldContain(reason);
}
