using SnapshotKv.Keyspace;

namespace SnapshotKv.Tests.Keyspace;

public sealed class KeyHasherTests
{
    [Fact]
    public void Hash_ReferenceVectorOfSipHash13_Matches()
    {
        // The key 00..0f and the messages 00, 00 01, … of SipHash's reference implementation, for one compression and three final rounds
        // (the values of the Rust standard library's own test of SipHasher13).
        var hasher = KeyHasher.CreateForTest(0x0706050403020100, 0x0f0e0d0c0b0a0908, isStrong: true);

        hasher.Hash([]).ShouldBe(0xabac0158050fc4dcUL);
        hasher.Hash([0]).ShouldBe(0xc9f49bf37d57ca93UL);
        hasher.Hash([0, 1]).ShouldBe(0x82cb9b024dc7d44dUL);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hash_EveryLengthAndEveryBit_ChangesTheHash(bool isStrong)
    {
        var hasher = isStrong ? KeyHasher.CreateStrong() : KeyHasher.CreateFast();
        for (var length = 1; length <= 70; length++)
        {
            var key = new byte[length];
            Random.Shared.NextBytes(key);
            var hash = hasher.Hash(key);
            for (var bit = 0; bit < length * 8; bit++)
            {
                key[bit / 8] ^= (byte)(1 << (bit % 8));
                hasher.Hash(key).ShouldNotBe(hash, $"length {length}, bit {bit}");
                key[bit / 8] ^= (byte)(1 << (bit % 8));
            }

            hasher.Hash(key.AsSpan(0, length - 1)).ShouldNotBe(hash);
        }
    }

    [Fact]
    public void Hash_TwoHashers_Disagree()
    {
        KeyHasher.CreateFast().Hash("key"u8).ShouldNotBe(KeyHasher.CreateFast().Hash("key"u8));
        KeyHasher.CreateStrong().Hash("key"u8).ShouldNotBe(KeyHasher.CreateStrong().Hash("key"u8));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Hash_CountingKeys_SpreadEvenly(bool isStrong)
    {
        const int Buckets = 256, Keys = 64 * 1024;
        var hasher = isStrong ? KeyHasher.CreateStrong() : KeyHasher.CreateFast();
        var high = new int[Buckets];
        var low = new int[Buckets];
        for (var i = 0; i < Keys; i++)
        {
            var hash = hasher.Hash(Records.Utf8($"user:{i:D8}:name"));
            high[hash >> 56]++;
            low[hash & 0xff]++;
        }

        // 256 expected in each, with a standard deviation of 16.
        high.ShouldAllBe(count => count > 160 && count < 352);
        low.ShouldAllBe(count => count > 160 && count < 352);
    }
}
