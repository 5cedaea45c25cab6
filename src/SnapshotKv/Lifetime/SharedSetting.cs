using System.Globalization;

namespace SnapshotKv.Lifetime;

/// <summary>A setting that a store has once, however many handles it has.</summary>
/// <param name="Name">Its name.</param>
/// <param name="CanChange">Whether it can be changed while the store is open.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Assign">Writes it, from one set of options into another.</param>
internal sealed record SharedSetting(
    SettingNames Name,
    bool CanChange,
    Func<SnapshotKvOptions, object> Get,
    Action<SnapshotKvOptions, SnapshotKvOptions> Assign)
{
    public static IReadOnlyList<SharedSetting> All { get; } =
    [
        new(SettingNames.MaxSnapshots, true, static options => options.MaxSnapshots, static (from, to) => to.MaxSnapshots = from.MaxSnapshots),
        new(SettingNames.KeepHourly, true, static options => options.KeepHourly, static (from, to) => to.KeepHourly = from.KeepHourly),
        new(SettingNames.KeepDaily, true, static options => options.KeepDaily, static (from, to) => to.KeepDaily = from.KeepDaily),
        new(SettingNames.SaveDebounce, true, static options => options.SaveDebounce, static (from, to) => to.SaveDebounce = from.SaveDebounce),
        new(SettingNames.TtlCleanupInterval, true, static options => options.TtlCleanupInterval, static (from, to) => to.TtlCleanupInterval = from.TtlCleanupInterval),
        new(SettingNames.Compression, true, static options => options.Compression, static (from, to) => to.Compression = from.Compression),
        new(SettingNames.Format, false, static options => options.Format, static (from, to) => to.Format = from.Format),
        new(SettingNames.MaxSnapshotBytes, false, static options => options.MaxSnapshotBytes, static (from, to) => to.MaxSnapshotBytes = from.MaxSnapshotBytes),

        new(SettingNames.Durability, false, static options => options.Durability, static (from, to) => to.Durability = from.Durability),
        new(SettingNames.FlushInterval, true, static options => options.FlushInterval, static (from, to) => to.FlushInterval = from.FlushInterval),
        new(SettingNames.Recovery, false, static options => options.Recovery, static (from, to) => to.Recovery = from.Recovery),
        new(SettingNames.MaxJournalBytes, true, static options => options.MaxJournalBytes, static (from, to) => to.MaxJournalBytes = from.MaxJournalBytes),

        // Owner and follower of one directory are two stores, so that handles on one always agree about it.
        new(SettingNames.Mode, false, static options => options.Mode, static (from, to) => to.Mode = from.Mode),

        // Bound by the store itself: its own settings keep the clock that can be bound.
        new(SettingNames.TimeProvider, true, static options => options.TimeProvider, static (_, _) => { }),
    ];

    public bool IsStatedIn(SnapshotKvOptions options) => (options.Stated & Name) != 0;

    public bool IsWishedIn(SnapshotKvOptions options) => (options.Wished & Name) != 0;

    public bool Agrees(SnapshotKvOptions first, SnapshotKvOptions second) => Get(first).Equals(Get(second));

    public string Describe(SnapshotKvOptions options) => string.Create(CultureInfo.InvariantCulture, $"{Name} = {Get(options)}");
}
