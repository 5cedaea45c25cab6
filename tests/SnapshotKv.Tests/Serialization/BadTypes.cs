using System.Text.Json;
using System.Text.Json.Serialization;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Types that misbehave, and types that were other ones when their values were stored.</summary>
internal static class BadTypes
{
    public enum Old
    {
        First = 1,
        Second = 2,
    }

    public enum New
    {
        Erst = 1,
        Zweit = 2,
    }

    [JsonConverter(typeof(JsonStringEnumConverter<OldText>))]
    public enum OldText
    {
        First = 1,
    }

    [JsonConverter(typeof(JsonStringEnumConverter<NewText>))]
    public enum NewText
    {
        Erst = 1,
    }

    public sealed class Failure(string message) : Exception(message);

    /// <summary>Its converter throws when the text says so.</summary>
    [JsonConverter(typeof(TouchyConverter))]
    public sealed record Touchy(string Text);

    public sealed class HasTouchy
    {
        public Touchy? Inner { get; set; }
    }

    public sealed class TouchyConverter : JsonConverter<Touchy>
    {
        public override Touchy Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.GetString()!;
            return text == "no read" ? throw new Failure("will not read") : new(text);
        }

        public override void Write(Utf8JsonWriter writer, Touchy value, JsonSerializerOptions options)
        {
            if (value.Text == "no write")
            {
                throw new Failure("will not write");
            }

            writer.WriteStringValue(value.Text);
        }
    }

    public sealed class ThrowingGetter
    {
        public int Before { get; set; }

        public int Value
        {
            get => Before >= 0 ? Before : throw new Failure("no getting");
            set => _ = value;
        }
    }

    public sealed class ThrowingSetter
    {
        public int Before { get; set; }

        public int Value
        {
            get => Before;
            set => _ = value >= 0 ? value : throw new Failure("no setting");
        }
    }

    public sealed class ThrowingConstructor
    {
        public ThrowingConstructor() => throw new Failure("no making");

        public int Before { get; set; }
    }

    public sealed record RecordNode(RecordNode[] Children);

    public sealed class Version1
    {
        public int Count { get; set; }

        public string? Name { get; set; }

        public string? Gone { get; set; }

        public Old Kind { get; set; }
    }

    public sealed class Version2
    {
        public long Count { get; set; }

        public string? Name { get; set; }

        public string Added { get; set; } = "as made";

        public New Kind { get; set; }
    }

    public sealed class Retyped
    {
        public int Count { get; set; }

        public int Name { get; set; }
    }

    public sealed class NarrowCount
    {
        public byte Count { get; set; }
    }

    public sealed class WithRequired
    {
        public int Count { get; set; }

        public required string Title { get; set; }
    }

    public sealed record RequiredRecord(int Count)
    {
        public required string Title { get; init; }
    }
}
