using System.Text.Json.Serialization;

namespace SnapshotKv.Tests.Serialization;

/// <summary>A source-generated context as an application would write one.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Shapes.Plain))]
[JsonSerializable(typeof(Shapes.Nested))]
[JsonSerializable(typeof(Shapes.Renamed))]
[JsonSerializable(typeof(Shapes.Required))]
[JsonSerializable(typeof(Shapes.InitOnly))]
[JsonSerializable(typeof(Shapes.Figure))]
internal sealed partial class ShapesContext : JsonSerializerContext;
