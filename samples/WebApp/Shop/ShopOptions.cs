namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>The section <c>Shop</c> of the configuration, which the settings page changes while the application runs.</summary>
internal sealed class ShopOptions
{
    public const string Section = "Shop";

    /// <summary>Whether delivery costs nothing.</summary>
    public bool FreeDelivery { get; set; }

    /// <summary>What stands at the top of all pages; nothing when it is empty.</summary>
    public string Notice { get; set; } = "";
}
