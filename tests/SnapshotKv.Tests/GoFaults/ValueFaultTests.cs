namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around values; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class ValueFaultTests
{
    [Fact]
    public void Fault22_WhileAValueIsDecoded_OthersReadAndWrite()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("slow", new SlowToDecode { Number = 1 });
        store.Set("other", 1);
        var others = 0;
        SlowToDecode.WhileDecoding = () =>
        {
            // On a thread of its own, so that a lock held by the decoding one would never let it through.
            var other = new Thread(() =>
            {
                store.Set("other", 2);
                store.TryGet<int>("other", out others);
            });
            other.Start();
            other.Join();
        };

        try
        {
            store.TryGet<SlowToDecode>("slow", out var value).ShouldBeTrue();
            value!.Number.ShouldBe(1);
        }
        finally
        {
            SlowToDecode.WhileDecoding = null;
        }

        others.ShouldBe(2);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Fault31_WhatCanBeStored_CanBeRead(KvFormat format)
    {
        using var store = KvStore.Open(new SnapshotKvOptions { Format = format });

        store.Set("map", new Dictionary<int, string> { [1] = "one" });

        store.TryGet<Dictionary<int, string>>("map", out var map).ShouldBeTrue();
        map![1].ShouldBe("one");
        Should.Throw<KvSerializationException>(() => store.Set("pointer", new nuint[] { 1 }.AsMemory().Pin()));
        store.Exists("pointer").ShouldBeFalse();
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Fault32_NumbersAndClasses_ComeBackAsWhatTheyWere(KvFormat format)
    {
        using var store = KvStore.Open(new SnapshotKvOptions { Format = format });
        foreach (var number in (long[])[42, 200, 300, 70_000, 1L << 40, -200, 9_007_199_254_740_993])
        {
            store.Set("number", number);
            store.TryGet<long>("number", out var typed).ShouldBeTrue();
            typed.ShouldBe(number);
            store.TryGet("number", out var untyped).ShouldBeTrue();
            untyped.ShouldBe(number);
        }

        store.Set("span", TimeSpan.FromSeconds(90));
        store.TryGet<TimeSpan>("span", out var span).ShouldBeTrue();
        span.ShouldBe(TimeSpan.FromSeconds(90));
    }

    private sealed class SlowToDecode
    {
        private int _number;

        public static Action? WhileDecoding { get; set; }

        public int Number
        {
            get => _number;
            set
            {
                _number = value;
                WhileDecoding?.Invoke();
            }
        }
    }
}
