using SnapshotKv.Engine;
using SnapshotKv.Format;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <content>Snapshots as versions: looking into them and comparing them.</content>
public sealed partial class KvStore
{
    /// <inheritdoc/>
    public KvSnapshotView OpenSnapshot(string snapshot)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshot);
        return OpenView(snapshot, CancellationToken.None);
    }

    /// <inheritdoc/>
    public Task<KvSnapshotView> OpenSnapshotAsync(string snapshot, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshot);
        Archive();
        return Task.Run(() => OpenView(snapshot, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public IEnumerable<KvDifference> Compare(string from, string? to = null, string prefix = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(from);
        ArgumentNullException.ThrowIfNull(prefix);
        if (to is not null)
        {
            ArgumentException.ThrowIfNullOrEmpty(to);
        }

        var archive = Archive();
        var bytes = RecordBuilder.KeyBytes(KvKeyPrefix.None, prefix);
        var before = RecordsOf(archive.Load(from, bytes, CancellationToken.None));
        var after = to is null
            ? _store.LiveRecords().Where(record => record.Key.StartsWith(bytes))
            : RecordsOf(archive.Load(to, bytes, CancellationToken.None));
        return SnapshotComparison.Compare(before, after, FormatConverter.To);
    }

    private KvSnapshotView OpenView(string snapshot, CancellationToken cancellationToken)
    {
        var loaded = Archive().Load(snapshot, [], cancellationToken);
        var engine = _store.CreateView(loaded, MadeAt(loaded));
        var settings = Settings.Copy();
        settings.Format = loaded.Header.Format;
        var registry = new SerializerRegistry { Changing = (_, _, _) => engine.ThrowIfNotWritable() };
        registry.Load(loaded.Header.Extras.Serializers);
        return new(engine, settings, KvSerializers.Create(settings).BindTo(registry, prefix: ""), _store.Archive!.Describe(loaded.File));
    }

    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    private SnapshotArchive Archive()
    {
        Engine.ThrowIfClosed();
        return _store.Archive
            ?? throw new NotSupportedException($"Snapshots are files, and this store is memory-only. Open it with a directory ({nameof(SnapshotKvOptions)}.{nameof(SnapshotKvOptions.Path)}).");
    }

    /// <summary>All records of a snapshot: what had expired when it was made is not in it, unless Go made it.</summary>
    private Record[] RecordsOf(LoadedSnapshot loaded) => loaded.LiveRecords(KvClock.FromDateTimeOffset(MadeAt(loaded)));

    /// <summary>When a snapshot was made: as it says, else by its name, which is in the local time of whoever wrote it.</summary>
    private DateTimeOffset MadeAt(LoadedSnapshot loaded)
    {
        if (loaded.Header.CreatedAt is { } instant)
        {
            return instant;
        }

        var time = loaded.File.Name.Time;

        // A name may say a year at either end of what an instant can be; its time zone must not carry it beyond.
        var utc = time.Ticks - Engine.Clock.TimeProvider.LocalTimeZone.GetUtcOffset(time).Ticks;
        return new(Math.Clamp(utc, DateTimeOffset.MinValue.Ticks, DateTimeOffset.MaxValue.Ticks), TimeSpan.Zero);
    }
}
