using SnapshotKv.Serialization;

namespace SnapshotKv.Tests.Serialization;

public sealed class SerializerRegistryTests
{
    private readonly SerializerRegistry _registry = new();

    [Fact]
    public void Check_PrefixThatAnotherClaimed_NamesPrefixBothAndTheWayOut()
    {
        _registry.Claim("users:", "protobuf");

        var message = Should.Throw<KvSerializationException>(() => _registry.Check("users:", "users:", "memorypack")).Message;

        message.ShouldContain("the partition 'users:'");
        message.ShouldContain("were written by the serializer 'protobuf', and 'memorypack' is set");
        message.ShouldContain("use 'protobuf' there");
        Should.Throw<KvSerializationException>(() => _registry.Claim("users:", "memorypack"));
        _registry.Check("users:", "users:", "protobuf");
    }

    [Fact]
    public void Check_PartitionInsideAClaimedOne_CountsTheNearestClaim()
    {
        _registry.Claim("", "messagepack");
        _registry.Claim("a:", "protobuf");

        // Inherited from the whole store, in a partition that has had a serializer of its own.
        Should.Throw<KvSerializationException>(() => _registry.Check("a:", "", "messagepack")).Message.ShouldContain("'a:'");
        Should.Throw<KvSerializationException>(() => _registry.Check("a:b:", "", "messagepack")).Message.ShouldContain("'a:'");
        Should.Throw<KvSerializationException>(() => _registry.Check("a:b:", "a:", "memorypack")).Message.ShouldContain("'protobuf'");

        // Set anew further down: what is claimed above does not matter.
        _registry.Check("a:b:", "a:b:", "memorypack");
        _registry.Check("b:", "", "messagepack");
        _registry.Check("", "", "messagepack");
    }

    [Fact]
    public void Check_TheStoresOwnFormats_CountAsOne()
    {
        _registry.Claim("", "messagepack");

        _registry.Check("", "", "json");
        _registry.Claim("", "json");
        Should.Throw<KvSerializationException>(() => _registry.Check("", "", "protobuf")).Message.ShouldContain("The typed values of this store");
    }

    [Fact]
    public void ToDictionary_LoadedElsewhere_GivesTheSameClaims()
    {
        _registry.Claim("b:", "x");
        _registry.Claim("", "messagepack");
        var other = new SerializerRegistry();
        other.Claim("gone:", "y");

        other.Load(_registry.ToDictionary());

        other.ToDictionary().ShouldBe([new("", "messagepack"), new("b:", "x")]);
        Should.Throw<KvSerializationException>(() => other.Check("b:", "b:", "y"));
    }

    [Fact]
    public void Forget_APrefix_FreesItAndWhatLiesUnderIt()
    {
        _registry.Claim("", "messagepack");
        _registry.Claim("a:", "x");
        _registry.Claim("a:b:", "y");

        _registry.Forget("a:");

        _registry.ToDictionary().ShouldBe([new("", "messagepack")]);
    }

    [Fact]
    public void Abandon_AfterAdopt_GivesUpWhatWasAdoptedAndNobodyHasWrittenUnderSince()
    {
        var told = new List<(string, string?)>();
        _registry.Claim("a:", "x");
        _registry.Claim("b:c:", "y");
        _registry.Changing = (prefix, name, change) =>
        {
            told.Add((prefix, name));
            change();
        };
        _registry.Adopt(new Dictionary<string, string> { ["a:"] = "x", ["b:"] = "z", ["d:"] = "z", ["e:"] = "z", ["guarded:"] = "z" }, "", ["guarded:"], "snapshot");
        _registry.Claim("d:", "z");
        Should.Throw<KvSerializationException>(() => _registry.Claim("e:", "x"));
        told.Clear();
        var generation = _registry.Generation;

        _registry.Abandon();

        _registry.ToDictionary().ShouldBe([new("a:", "x"), new("b:c:", "y"), new("d:", "z")]);
        _registry.Generation.ShouldNotBe(generation);
        told.ShouldBe([("b:", null), ("b:c:", "y"), ("e:", null)], ignoreOrder: true);
        told.IndexOf(("b:c:", "y")).ShouldBeGreaterThan(told.IndexOf(("b:", null)), "what was taken with it comes back behind it");
        _registry.Abandon();
        _registry.ToDictionary().Count.ShouldBe(3);
    }

    [Fact]
    public void Abandon_RefusedByTheJournal_KeepsTheClaim()
    {
        _registry.Adopt(new Dictionary<string, string> { ["a:"] = "x" }, "", [], "snapshot");
        _registry.Changing = static (_, _, _) => throw new KvStoreUnavailableException("full");

        _registry.Abandon();

        Should.Throw<KvSerializationException>(() => _registry.Check("a:", "a:", "y"));
    }

    [Fact]
    public void BindTo_ClaimsThatChangeLater_AreSeen()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null).BindTo(_registry, "");
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        serializer.Serialize(5, buffer);
        serializer.Deserialize<int>(buffer.WrittenSpan).ShouldBe(5);

        _registry.Load(new Dictionary<string, string> { [""] = "protobuf" });

        Should.Throw<KvSerializationException>(() => serializer.Deserialize<int>([5])).Message.ShouldContain("'protobuf'");
        Should.Throw<KvSerializationException>(() => serializer.Serialize(5, buffer)).Message.ShouldContain("'protobuf'");
    }

    [Fact]
    public void Serialize_ThatFails_ClaimsNothing()
    {
        var serializer = new CustomKvSerializer(new NamedSerializer("x") { OnSerialize = () => throw new InvalidOperationException() }, KvFormat.Json).BindTo(_registry, "p:");

        Should.Throw<KvSerializationException>(() => serializer.Serialize("a", new System.Buffers.ArrayBufferWriter<byte>()));

        _registry.ToDictionary().ShouldBeEmpty();
    }
}
