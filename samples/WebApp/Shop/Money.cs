using System.Globalization;

namespace SnapshotKv.Samples.WebApp.Shop;

/// <summary>Amounts as people read them.</summary>
internal static class Money
{
    public static string Format(int cents) => (cents / 100m).ToString("€ 0.00", CultureInfo.InvariantCulture);
}
