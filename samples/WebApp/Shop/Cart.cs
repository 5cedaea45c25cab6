namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>
/// The cart of one visitor. Each product has a key of its own in the session: what one request changes of one product, and another request at the same
/// time of another, is all kept.
/// </summary>
internal sealed class Cart(ISession session)
{
    public const int MostOfOne = 99;
    public const int DeliveryCents = 490;

    private const string Prefix = "cart:";

    public int QuantityOf(Product product) => session.GetInt32(Prefix + product.Id) ?? 0;

    public void Change(Product product, int by)
    {
        var quantity = Math.Clamp(QuantityOf(product) + by, 0, MostOfOne);
        if (quantity == 0)
        {
            session.Remove(Prefix + product.Id);
        }
        else
        {
            session.SetInt32(Prefix + product.Id, quantity);
        }
    }

    public void Clear()
    {
        foreach (var product in Product.All)
        {
            session.Remove(Prefix + product.Id);
        }
    }

    /// <summary>What it all costs, by the settings of this moment.</summary>
    public CartBill Bill(ShopOptions settings)
    {
        var goods = Product.All.Sum(product => product.Cents * QuantityOf(product));
        return new(Product.All.Sum(QuantityOf), goods, goods == 0 || settings.FreeDelivery ? 0 : DeliveryCents);
    }
}
