namespace SnapshotKv.Snapshots;

/// <summary>Which snapshots are kept for their age: the newest ones, and of older ones the last of each hour and of each day, as far back as is wanted.</summary>
/// <param name="MaxSnapshots">How many of the newest, those left aside that are held for another reason. At least one is kept in any case.</param>
/// <param name="KeepHourly">Of how many hours the newest snapshot is kept, counted among the hours that have one; 0 for none.</param>
/// <param name="KeepDaily">Of how many days, likewise.</param>
/// <remarks>
/// Hours and days are those of the names, which is the local time of whoever wrote them. The last snapshot of an hour is the newest of all while the hour lasts, so that it is never among those
/// deleted before; and since names only rise, an hour that a clock repeats is one hour.
/// </remarks>
internal readonly record struct RetentionPolicy(int MaxSnapshots, int KeepHourly, int KeepDaily)
{
    /// <summary>What the settings say at this moment.</summary>
    public static RetentionPolicy From(SnapshotKvOptions settings) => new(settings.MaxSnapshots, settings.KeepHourly, settings.KeepDaily);

    /// <summary>Finds what need not be kept.</summary>
    /// <param name="newestFirst">The snapshots, newest first.</param>
    /// <param name="isHeld">Whether a file is kept whatever its age, and does not count as one of the newest; of its hour and day it may be the last.</param>
    /// <returns>The files that may be deleted, oldest first: a process that ends in between has deleted the oldest.</returns>
    public IReadOnlyList<SnapshotFile> FindExpendable(IReadOnlyList<SnapshotFile> newestFirst, Func<string, bool> isHeld)
    {
        var expendable = new List<SnapshotFile>();
        var hours = new NewestPerPeriod(KeepHourly, static time => new(time.Year, time.Month, time.Day, time.Hour, 0, 0));
        var days = new NewestPerPeriod(KeepDaily, static time => time.Date);
        var newest = 0;
        foreach (var file in newestFirst)
        {
            // Each is asked: a file that one of them keeps has its place with the others, too.
            var isKept = hours.Takes(file.Name.Time) | days.Takes(file.Name.Time);
            if (!isHeld(file.FileName) && newest++ >= Math.Max(MaxSnapshots, 1) && !isKept)
            {
                expendable.Add(file);
            }
        }

        expendable.Reverse();
        return expendable;
    }

    /// <summary>Takes the first file of each period, while there are periods left. Files come newest first.</summary>
    private struct NewestPerPeriod(int left, Func<DateTime, DateTime> startOf)
    {
        private DateTime? _last;
        private int _left = left;

        public bool Takes(DateTime time)
        {
            var period = startOf(time);
            if (_left <= 0 || period == _last)
            {
                return false;
            }

            _last = period;
            _left--;
            return true;
        }
    }
}
