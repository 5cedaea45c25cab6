namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>Something to buy.</summary>
/// <param name="Id">What it is called in forms and in the session.</param>
/// <param name="Name">What people read.</param>
/// <param name="Cents">What one costs.</param>
internal sealed record Product(string Id, string Name, int Cents)
{
    public static IReadOnlyList<Product> All { get; } =
    [
        new("notebook", "Notebook, squared", 950),
        new("pen", "Fountain pen", 2400),
        new("ink", "Ink, blue-black", 780),
        new("blotter", "Blotting paper", 320),
    ];

    public static Product? Find(string? id) => All.FirstOrDefault(product => product.Id == id);
}
