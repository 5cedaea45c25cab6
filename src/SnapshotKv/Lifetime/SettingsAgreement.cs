namespace SnapshotKv.Lifetime;

/// <summary>
/// The settings of a store that several have open. What one of them states counts for all; what nobody
/// states is as one of them wishes it, or has its default. Two that state different
/// things are refused, and so is a wish that comes too late, as for another format.
/// </summary>
internal static class SettingsAgreement
{
    /// <summary>Refuses a statement that contradicts another one, or what the store was opened with.</summary>
    /// <param name="directory">The store's directory.</param>
    /// <param name="effective">What the store was opened with.</param>
    /// <param name="others">Those who have the store open.</param>
    /// <param name="newcomer">Who is to be heard now, one of the others not.</param>
    /// <exception cref="KvStoreSettingsException">The message has both statements whole.</exception>
    public static void Check(string? directory, SnapshotKvOptions effective, IReadOnlyList<StoreHandle> others, StoreHandle newcomer)
    {
        foreach (var other in others)
        {
            var disputed = SharedSetting.All.Where(setting => IsDisputed(setting, other.Statement, newcomer.Statement)).ToList();
            if (disputed.Count > 0)
            {
                throw new KvStoreSettingsException(
                    $"The directory '{directory}' is open in this process already, and two registrations disagree about it. {Spell(other, disputed)}; {Spell(newcomer, disputed)}. "
                    + "Give both the same settings, or leave them out of one.");
            }
        }

        if (IsStatedOtherwise(SharedSetting.All.Single(setting => setting.Name == SettingNames.Format), newcomer.Statement, effective))
        {
            throw new KvStoreSettingsException(
                $"The directory '{directory}' is open in this process already, with Format = {effective.Format}, which {string.Join(" and ", others.Select(other => other.Describe()))} left out; "
                + $"{newcomer.Describe()} says Format = {newcomer.Statement.Format}. State it where the directory is opened first, in the configuration's section for instance.");
        }
    }

    /// <summary>Puts together what the open handles state.</summary>
    /// <param name="handles">All of them.</param>
    /// <param name="effective">The store's settings, in which those are set that can be changed while it is open.</param>
    public static void Apply(IReadOnlyList<StoreHandle> handles, SnapshotKvOptions effective)
    {
        var defaults = new SnapshotKvOptions();
        foreach (var setting in SharedSetting.All.Where(setting => setting.CanChange))
        {
            var statement = handles.FirstOrDefault(handle => setting.IsStatedIn(handle.Statement)) ?? handles.FirstOrDefault(handle => setting.IsWishedIn(handle.Statement));
            setting.Assign(statement?.Statement ?? defaults, effective);
        }
    }

    /// <summary>The settings that differ from what the store has, but count only once it is opened again.</summary>
    public static IEnumerable<string> Postponed(SnapshotKvOptions effective, SnapshotKvOptions wanted) =>
        SharedSetting.All.Where(setting => !setting.CanChange && IsStatedOtherwise(setting, wanted, effective)).Select(setting => setting.Name.ToString());

    private static bool IsDisputed(SharedSetting setting, SnapshotKvOptions first, SnapshotKvOptions second) =>
        setting.IsStatedIn(first) && setting.IsStatedIn(second) && !setting.Agrees(first, second);

    private static bool IsStatedOtherwise(SharedSetting setting, SnapshotKvOptions stated, SnapshotKvOptions effective) =>
        setting.IsStatedIn(stated) && !setting.Agrees(stated, effective);

    private static string Spell(StoreHandle handle, IEnumerable<SharedSetting> settings) =>
        $"{handle.Describe()} says {string.Join(", ", settings.Select(setting => setting.Describe(handle.Statement)))}";
}
