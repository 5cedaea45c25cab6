namespace SnapshotKv.Journal;

/// <summary>
/// Says when it is time to search for frames behind a place where none stands. That is where the journal ends, nearly always, or one is just being written; and a search reads all
/// that is left of a segment.
/// </summary>
internal sealed class UnclearPlace
{
    /// <summary>How often something that is no frame is looked at before what lies behind it is asked for; then after twice as often, and so on.</summary>
    private const int LooksBeforeSearch = 4;

    /// <summary>How often zeros are looked at, a glance each time, before a whole window is: once a minute.</summary>
    private const int GlancesPerWindow = 1200;

    private long _offset;
    private int _looks;
    private int _unclearLooks;

    /// <summary>Something else is looked at from now on.</summary>
    public void Forget() => (_looks, _unclearLooks) = (0, 0);

    /// <summary>Called each time that nothing could be taken.</summary>
    /// <param name="reader">Stands there.</param>
    /// <param name="isBlank">Whether a glance found only zeros there.</param>
    public bool IsSearchDue(SegmentReader reader, bool isBlank)
    {
        if (_offset != reader.Offset)
        {
            Forget();
            _offset = reader.Offset;
        }

        _looks++;
        _unclearLooks = isBlank ? 0 : _unclearLooks + 1;
        return isBlank
            ? (_looks == LooksBeforeSearch || _looks % GlancesPerWindow == 0) && reader.IsAnythingNear()
            : _unclearLooks >= LooksBeforeSearch && int.IsPow2(_unclearLooks);
    }
}
