namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>The section <c>Shop</c> of the configuration, which the settings page changes while the application runs.</summary>
internal sealed class ShopOptions
{
    public const string Section = "Shop";

    private const int LongestNotice = 120;

    /// <summary>Whether delivery costs nothing.</summary>
    public bool FreeDelivery { get; set; }

    /// <summary>What stands at the top of all pages; nothing when it is empty.</summary>
    public string Notice { get; set; } = "";

    /// <summary>What is wrong with settings that somebody wants. They are asked about before they are saved, and those of the store before they are followed.</summary>
    public static IEnumerable<string> Check(IConfiguration candidate)
    {
        var section = candidate.GetSection(Section);
        if (section[nameof(FreeDelivery)] is { } free && !bool.TryParse(free, out _))
        {
            yield return $"Whether delivery is free is true or false; '{free}' is neither.";
        }

        if (section[nameof(Notice)]?.Length > LongestNotice)
        {
            yield return $"A notice has {LongestNotice} characters at most.";
        }
    }
}
