namespace SnapshotKv.Benchmarks.Data;

/// <summary>A small plain class as applications cache it: seven members.</summary>
internal sealed class Profile
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string Email { get; set; } = "";

    public long LastSeen { get; set; }

    public bool IsActive { get; set; }

    public double Score { get; set; }

    public string[] Tags { get; set; } = [];

    public static Profile Example() => new()
    {
        Id = 123_456,
        Name = "Ada Lovelace",
        Email = "ada@example.org",
        LastSeen = 1_790_000_000_000,
        IsActive = true,
        Score = 98.25,
        Tags = ["admin", "beta", "en-GB"],
    };
}
