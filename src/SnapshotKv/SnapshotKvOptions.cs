using System.Diagnostics.Metrics;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;

namespace SnapshotKv;

/// <summary>The settings of a store. Plain data, bindable from configuration; a store copies them when it opens and never writes to them.</summary>
/// <remarks>Not thread-safe while being written.</remarks>
public sealed class SnapshotKvOptions
{
    /// <summary>The largest value of <see cref="MaxValueBytes"/>: 1 GiB.</summary>
    public const int LargestMaxValueBytes = 1 << 30;

    /// <summary>What a store without a <see cref="Name"/> is called.</summary>
    public const string DefaultName = "default";

    /// <summary>The directory the store lives in.</summary>
    /// <value>
    /// Default: null, memory-only. A relative path lies under the current directory, or under the content root when the store is registered
    /// in a host.
    /// </value>
    public string? Path
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Path;
        }
    }

    /// <summary>Whether the store owns the directory or follows what its owner writes there.</summary>
    /// <value>Default: <see cref="KvStoreMode.Owner"/>. A follower needs a <see cref="Path"/>. Not changed while the store is open.</value>
    /// <remarks>
    /// A follower takes part in nothing that is written, so that only those settings matter to it that are about reading: <see cref="Format"/> (values of another format are converted in memory),
    /// <see cref="MaxSnapshotBytes"/>, <see cref="Recovery"/>, <see cref="TtlCleanupInterval"/>, serializers, clock, log, meter and name.
    /// </remarks>
    public KvStoreMode Mode
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Mode;
        }
    }

    /// <summary>How many snapshots are kept; the oldest beyond them are deleted after each save.</summary>
    /// <value>At least 1. Default: 5. Those that are pinned (<see cref="IKvSnapshots.Pin"/>) are kept beside these.</value>
    public int MaxSnapshots
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.MaxSnapshots;
        }
    } = 5;

    /// <summary>Of how many hours the last snapshot is kept, beside the newest ones: five snapshots of a busy store are minutes.</summary>
    /// <value>
    /// Default: 0: none. Hours are counted among those that have a snapshot, the current one included, so that 24 of a store that is written to around the clock reach back a day. They are those of the
    /// snapshots' names, which are in local time.
    /// </value>
    public int KeepHourly
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.KeepHourly;
        }
    }

    /// <summary>Of how many days the last snapshot is kept, beside the newest ones and those of hours.</summary>
    /// <value>Default: 0: none. Counted as <see cref="KeepHourly"/> counts; a snapshot may be the last of its hour and of its day.</value>
    public int KeepDaily
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.KeepDaily;
        }
    }

    /// <summary>How long after the first unsaved change a snapshot is saved.</summary>
    /// <value>
    /// Default: 10 s. <see cref="TimeSpan.Zero"/> saves after each commit; <see cref="Timeout.InfiniteTimeSpan"/> leaves saving to
    /// <see cref="KvStore.Save"/>, disposal, and a journal that comes near <see cref="MaxJournalBytes"/>.
    /// </value>
    /// <remarks>
    /// A timed save takes at most a twentieth of the time: the next one waits at least 20 times as long as the last one took, so a large store is saved
    /// less often than this says. Where there is a journal, a store whose snapshot has 16 MiB or more is saved when the journal has grown by 64 MiB, or by half the last snapshot if that is more, and
    /// after 10 minutes or this time, whichever is longer. Sliding expiries that were moved by reads are saved with the next change, or after 10 minutes; a
    /// journal is told of them sooner, with its flushes.
    /// </remarks>
    public TimeSpan SaveDebounce
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.SaveDebounce;
        }
    } = TimeSpan.FromSeconds(10);

    /// <summary>How often expired entries are swept out of memory. They are hidden from the moment they expire in any case.</summary>
    /// <value>
    /// Default: 5 min. <see cref="TimeSpan.Zero"/> or <see cref="Timeout.InfiniteTimeSpan"/>: never; the next snapshot still leaves them out.
    /// </value>
    public TimeSpan TtlCleanupInterval
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.TtlCleanupInterval;
        }
    } = TimeSpan.FromMinutes(5);

    /// <summary>How snapshots are compressed.</summary>
    /// <value>Default: <see cref="KvCompression.Gzip"/>.</value>
    public KvCompression Compression
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Compression;
        }
    } = KvCompression.Gzip;

    /// <summary>The format of snapshots and of values.</summary>
    /// <value>Default: <see cref="KvFormat.MessagePack"/>. A directory of the other format is converted when it is opened.</value>
    public KvFormat Format
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Format;
        }
    } = KvFormat.MessagePack;

    /// <summary>The largest value that is accepted, encoded, in bytes.</summary>
    /// <value>1 to 1 GiB. Default: 64 MiB. Checked on writes only: what a directory already holds stays readable.</value>
    public int MaxValueBytes
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.MaxValueBytes;
        }
    } = 64 << 20;

    /// <summary>The bytes a snapshot may hold once decompressed; a larger one is refused when opening.</summary>
    /// <value>At least 1. Default: 8 GiB.</value>
    public long MaxSnapshotBytes
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.MaxSnapshotBytes;
        }
    } = 8L << 30;

    /// <summary>What a write that has returned survives. A single write can ask for more: <see cref="KvEntryOptions.Durability"/>, <see cref="KvBatch.Durability"/>.</summary>
    /// <value>Default: <see cref="KvDurability.Process"/>: the end of the process takes nothing. Without a <see cref="Path"/> it does not matter.</value>
    public KvDurability Durability
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Durability;
        }
    } = KvDurability.Process;

    /// <summary>How long a write at level <see cref="KvDurability.Process"/> may be in the kernel's hands before it is flushed to the device.</summary>
    /// <value>From 1 ms to 1 hour. Default: 1 s. What a power cut may take, and how often a busy store makes the device write.</value>
    public TimeSpan FlushInterval
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.FlushInterval;
        }
    } = TimeSpan.FromSeconds(1);

    /// <summary>What an opening does when files are damaged.</summary>
    /// <value>Default: <see cref="KvRecoveryMode.LastGood"/>.</value>
    public KvRecoveryMode Recovery
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.Recovery;
        }
    }

    /// <summary>The most bytes that the journal's files take, their unused part included.</summary>
    /// <value>
    /// At least 1 MiB. Default: 1 GiB. When three quarters are reached a snapshot is saved, which makes room; writers wait only where the end is reached before that
    /// is done, and get <see cref="KvStoreUnavailableException"/> where it fails. A single commit that is larger than this is refused.
    /// </value>
    public long MaxJournalBytes
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.MaxJournalBytes;
        }
    } = 1L << 30;

    /// <summary>Where the JSON contracts of plain classes come from, in both formats: usually a source-generated context.</summary>
    /// <value>Default: null: by reflection, where the application allows that (it does not when trimmed).</value>
    public IJsonTypeInfoResolver? TypeInfoResolver { get; set; }

    /// <summary>What turns typed values into bytes in place of the store's own MessagePack or JSON.</summary>
    /// <value>
    /// Default: null: values in the store's <see cref="Format"/>, as docs/formats/values.md lists them. The name is 1 to 64 characters long, and not
    /// one of the store's own ("messagepack", "json").
    /// </value>
    /// <remarks>
    /// Its bytes are kept as they are, as a value of plain bytes: Go reads <c>[]byte</c>. The name is kept with the values, in snapshots too, and a serializer of
    /// another name is refused for them until they are cleared. Must be thread-safe; the store does not dispose it.
    /// </remarks>
    public IKvSerializer? Serializer { get; set; }

    /// <summary>The clock by which entries expire and saves are due.</summary>
    /// <value>Default: <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider
    {
        get;
        set
        {
            field = value;
            Stated |= SettingNames.TimeProvider;
        }
    } = TimeProvider.System;

    /// <summary>Where the store logs to.</summary>
    /// <value>Default: null, nowhere.</value>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>What the store is called in metrics, traces and health reports, so that several can be told apart.</summary>
    /// <value>
    /// 1 to 64 printable characters. Default: null: <see cref="DefaultName"/>. It stands in a tag of each measurement, so let there be few names, and nothing
    /// secret in them.
    /// </value>
    public string? Name { get; set; }

    /// <summary>Gives the meter that the store reports through.</summary>
    /// <value>Default: null: a meter of the store's own. A host's factory is taken when the store is registered in one.</value>
    /// <remarks>The factory disposes its meters; the store reports nothing more through one once it is closed.</remarks>
    public IMeterFactory? MeterFactory { get; set; }

    /// <summary>Checks all settings.</summary>
    /// <returns>One sentence for each setting that is out of range, naming it, the rule and its value; empty when all are good.</returns>
    public IReadOnlyList<string> GetErrors() => SnapshotKvOptionsRules.Check(this);

    /// <summary>
    /// Makes what was set so far a wish instead of a statement: of several handles on one store (<see cref="KvStore.OpenShared(SnapshotKvOptions, string)"/>) it
    /// counts where none sets it otherwise, and contradicts nobody. What is set afterwards is stated again.
    /// </summary>
    public void Yield()
    {
        Wished |= Stated;
        Stated = SettingNames.None;
    }

    /// <summary>Which of the settings that a store's handles share were set, be it to their defaults.</summary>
    internal SettingNames Stated { get; private set; }

    /// <summary>Which of them were set, and yield to whoever states them.</summary>
    internal SettingNames Wished { get; private set; }

    internal SnapshotKvOptions Copy() => (SnapshotKvOptions)MemberwiseClone();
}
