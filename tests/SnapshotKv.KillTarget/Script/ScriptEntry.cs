namespace SnapshotKv.KillTarget.Script;

/// <summary>An entry as a script leaves it. All bytes follow from a few numbers, so that whoever checks can make them again.</summary>
/// <param name="Stamp">Tells its value from all others'.</param>
/// <param name="Length">The value's bytes.</param>
internal sealed record ScriptEntry(int Stamp, int Length)
{
    public static readonly DateTimeOffset FarAway = new(2200, 1, 2, 3, 4, 5, TimeSpan.Zero);
    public static readonly TimeSpan LongWindow = TimeSpan.FromDays(1000);

    public ScriptLife Life { get; init; }

    public string? Tag { get; init; }

    public ScriptBlob? Blob { get; init; }

    public byte[] Value => Bytes(Stamp, Length);

    /// <summary>How the entry is set.</summary>
    public KvEntryOptions Options(KvDurability? durability) => new()
    {
        AbsoluteExpiration = Life == ScriptLife.Absolute ? FarAway : null,
        SlidingExpiration = Life == ScriptLife.Sliding ? LongWindow : null,
        Tags = Tag is null ? null : [Tag],
        Durability = durability,
    };

    public static byte[] Bytes(int stamp, int length)
    {
        var bytes = new byte[length];
        for (var i = 0; i < length; i++)
        {
            bytes[i] = (byte)((stamp * 31) + (stamp >> 8) + (i * 7) + (i >> 8));
        }

        return bytes;
    }
}
