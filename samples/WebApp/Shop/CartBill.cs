namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>What a cart costs.</summary>
internal sealed record CartBill(int Pieces, int GoodsCents, int DeliveryCents)
{
    public int TotalCents => GoodsCents + DeliveryCents;
}
