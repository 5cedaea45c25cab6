using System.Text.Json.Serialization;

namespace SnapshotKv.Benchmarks.Data;

/// <summary>Generated contracts, which both formats use.</summary>
[JsonSerializable(typeof(Profile))]
internal sealed partial class ProfileContext : JsonSerializerContext;
