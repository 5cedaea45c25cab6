using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Crashes;

/// <content>What is done to the snapshots.</content>
internal sealed partial class CrashLife
{
    /// <summary>What is pinned.</summary>
    public CrashPins Pins { get; } = new();

    /// <summary>Saves, and pins what was saved.</summary>
    public void SaveAndPin(string name)
    {
        Save();
        PinNewest(name);
    }

    /// <summary>Pins the newest snapshot.</summary>
    public void PinNewest(string name)
    {
        var newest = Store.ListSnapshots()[0].FileName;
        using var view = Store.OpenSnapshot(newest);
        Pins.Pin(name, new(newest, [.. view.GetKeys()]), () => Store.Pin(newest, name));
    }

    public void Unpin(string name) => Pins.Unpin(name, () => Store.Unpin(name).ShouldBeTrue(name));

    /// <summary>Keeps the last snapshots of some hours and days from now on, until the store is opened again.</summary>
    public void Thin(int hours, int days)
    {
        var options = new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = Home.Clock, Durability = _level, KeepHourly = hours, KeepDaily = days };
        Configure(options);
        Store.Reconfigure(options).ShouldBeEmpty();
    }

    /// <summary>How many snapshots there are.</summary>
    public int Snapshots => Home.Snapshots().Count;
}
