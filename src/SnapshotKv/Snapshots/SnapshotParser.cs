using System.Globalization;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>
/// Reads one snapshot's bytes from front to back in one dialect, and hands its entries on. Field order is free, so that it may learn only at the
/// end, or on meeting a counter-example, which dialect the file is in: it then asks to be run again with that one.
/// </summary>
internal abstract class SnapshotParser(SnapshotWindow window, ISnapshotSink sink, SnapshotDialect dialect)
{
    private const int DocumentsVersion = 1;
    private const int FieldsVersion = 2;

    private readonly bool _isForced = dialect != SnapshotDialect.Undecided;
    private long _version;
    private uint? _checksum;
    private bool _isDataSkipped;
    private bool _isDataSeen;
    /// <summary>Far from where numbers would run over, and out of reach: it takes a million commits in each microsecond of a year.</summary>
    private const ulong LargestSequence = 1UL << 62;

    private int _count;
    private int _opaqueKeyCount;
    private int _fitting;
    private int _misfitting;
    private (string Reason, long Offset) _firstMisfit;
    private SnapshotExtrasBuilder? _extras;

    /// <summary>The dialect in which to read the file again from its start; null when it is read.</summary>
    public SnapshotDialect? ReadAgainAs { get; private set; }

    protected SnapshotWindow Window => window;

    protected SnapshotDialect Dialect { get; private set; } = dialect;

    protected ulong? Sequence
    {
        get;
        set => field = value <= LargestSequence
            ? value
            : throw new SnapshotDamageException(string.Create(CultureInfo.InvariantCulture, $"its sequence number {value} is larger than any store reaches"));
    }

    protected DateTimeOffset? CreatedAt { get; set; }

    /// <summary>How many entries there are, as is told before them.</summary>
    protected ulong? Entries { get; set; }

    /// <summary>Why it was saved.</summary>
    protected KvSaveReason Reason { get; set; }

    protected abstract KvFormat Format { get; }

    /// <summary>Whether reading ends where the entries begin.</summary>
    protected bool StopsAtEntries { get; private set; }

    /// <summary>Takes what the file tells beside its entries.</summary>
    protected SnapshotExtrasBuilder Extras => _extras ??= new();

    /// <summary>Whether the next entries are to be understood, or only passed over until the version is known.</summary>
    protected bool CanReadEntries => Dialect != SnapshotDialect.Undecided;

    /// <summary>Reads the snapshot.</summary>
    /// <returns>What it says of itself; null when it must be read again, see <see cref="ReadAgainAs"/>.</returns>
    /// <exception cref="SnapshotDamageException">It is damaged.</exception>
    public SnapshotHeader? Read()
    {
        if (!ReadTop())
        {
            return null;
        }

        JudgeMisfits();
        if (ReadAgainAs is not null)
        {
            return null;
        }

        var wanted = DialectOf(_version)
            ?? throw new SnapshotDamageException(string.Create(CultureInfo.InvariantCulture, $"its format version is {_version}; versions 1 and 2 can be read"));
        if (_isDataSkipped || (wanted != Dialect && !(wanted == SnapshotDialect.EncodedValues && Dialect == SnapshotDialect.InlineValues)))
        {
            ReadAgainAs = wanted;
            return null;
        }

        if (!_isDataSeen && wanted != SnapshotDialect.Documents)
        {
            throw new SnapshotDamageException("the field 'data' is missing or nil");
        }

        // What this library writes always has both: the one without the other is damage in the name of one.
        if (Sequence is not null && _checksum is null)
        {
            throw new SnapshotDamageException("the field 'checksum' is missing");
        }

        if (Entries is { } told && told != (ulong)_count)
        {
            throw new SnapshotDamageException(string.Create(CultureInfo.InvariantCulture, $"it holds {_count} entries but says {told}"));
        }

        return new(Format, (int)_version, Dialect == SnapshotDialect.InlineValues, Sequence, CreatedAt, _count, _opaqueKeyCount)
        {
            Reason = Reason,
            Extras = _extras?.Build() ?? SnapshotExtras.None,
        };
    }

    /// <summary>Reads no further than to the entries: what this library says of a snapshot stands before them.</summary>
    /// <exception cref="SnapshotDamageException">What stands there is damaged.</exception>
    public SnapshotHead ReadBeginning()
    {
        StopsAtEntries = true;
        ReadTop();
        return new(Format, Sequence, CreatedAt, Entries <= long.MaxValue ? (long)Entries : null, Reason);
    }

    /// <summary>Reads the outermost map to the end of the bytes.</summary>
    /// <returns>False when it gave up after <see cref="ReadAgainInline"/>.</returns>
    protected abstract bool ReadTop();

    protected void SetVersion(long version)
    {
        _version = version;
        if (!_isForced)
        {
            Dialect = _isDataSeen || _isDataSkipped ? Dialect : DialectOf(version) ?? SnapshotDialect.Undecided;
        }
    }

    protected void BeginData() => _isDataSeen = true;

    protected void SkippedData() => _isDataSkipped = true;

    protected void Expect(int count) => sink.Expect(count);

    protected void Add(Record record, bool isOpaque)
    {
        sink.Add(record);
        _count++;
        _opaqueKeyCount += isOpaque ? 1 : 0;
    }

    /// <summary>Called at a value of a kind that a v0.3.0 file cannot hold: has the file read again as one of v0.2.0.</summary>
    /// <param name="reason">What is wrong with the value, should the file be one of ours, which are never v0.2.0.</param>
    /// <param name="offset">Where the value is.</param>
    protected void ReadAgainInline(string reason, long offset)
    {
        if (Sequence is not null)
        {
            throw new SnapshotDamageException(reason, offset);
        }

        ReadAgainAs = SnapshotDialect.InlineValues;
    }

    /// <summary>Counts a value whose bytes are an encoded value, and would hardly be one by chance.</summary>
    protected void CountFit() => _fitting++;

    /// <summary>Counts a value of the right kind whose bytes are not exactly one encoded value: plain bytes of v0.2.0, or damage.</summary>
    protected void CountMisfit(string reason, long offset)
    {
        if (Sequence is not null)
        {
            throw new SnapshotDamageException(reason, offset);
        }

        if (_misfitting++ == 0)
        {
            _firstMisfit = (reason, offset);
        }
    }

    /// <summary>
    /// One misfit marks a file of v0.2.0, by the letter. But bytes that were not encoded values hardly look like them by chance: where most do, the
    /// few that do not are damage, and to read the file as v0.2.0 would turn every good value into a byte string.
    /// </summary>
    private void JudgeMisfits()
    {
        if (_misfitting == 0)
        {
            return;
        }

        if (_fitting > _misfitting)
        {
            throw new SnapshotDamageException(_firstMisfit.Reason, _firstMisfit.Offset);
        }

        ReadAgainAs = SnapshotDialect.InlineValues;
    }

    /// <summary>Compares the checksum of what came before with what the file says.</summary>
    protected void CheckChecksum(uint actual, ulong stored, long offset)
    {
        if (actual != stored)
        {
            throw new SnapshotDamageException(string.Create(CultureInfo.InvariantCulture, $"the checksum is {actual:x8} but should be {stored:x8}"), offset);
        }

        _checksum = actual;
    }

    /// <summary>Called before each top-level field.</summary>
    protected void CheckBeforeField()
    {
        if (_checksum is not null)
        {
            throw new SnapshotDamageException("something follows the checksum, which must be the last field", window.Offset);
        }
    }

    private static SnapshotDialect? DialectOf(long version) => version switch
    {
        DocumentsVersion => SnapshotDialect.Documents,
        FieldsVersion => SnapshotDialect.EncodedValues,
        _ => null,
    };
}
