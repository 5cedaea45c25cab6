using SnapshotKv.Testing;
using SnapshotKv.Tests.Journal;
using SnapshotKv.Tests.Store;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Following;

/// <summary>
/// A journal that is made frame by frame, and followed: a snapshot at commit 10, and behind it a segment with commit 11, which sets <c>a</c>, in a file that has room for more.
/// </summary>
internal sealed class FollowedJournal
{
    public FollowedJournal(params Record[] snapshot)
    {
        Files.AddSnapshot(10, snapshot);
        Home = new FollowerHome(disk: Files.Store.Disk);
        Files.Add(Segment);
    }

    /// <summary>The directory.</summary>
    public JournalHome Files { get; } = new();

    /// <summary>Where the follower lives.</summary>
    public FollowerHome Home { get; }

    /// <summary>The segment. What is added to it is in the file once it is <see cref="Write()"/>.</summary>
    public SegmentBuilder Segment { get; } = new SegmentBuilder(1, 10, 10) { Size = 16384 }.Set(11, "a", 1);

    public KvStore Follow(Action<SnapshotKvOptions>? change = null) => Home.Follow(change);

    /// <summary>Writes the segment as it is now into the file that is there, as the owner does, who never makes it anew.</summary>
    public void Write() => Write(Segment.ToBytes(), 0);

    /// <inheritdoc cref="Write()"/>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        using var file = Home.Disk.Inner.OpenWrite($"{StoreHome.Path}/journal/{Segment.FileName}");
        file.Write(bytes, offset);
    }

    /// <summary>Damages a frame, counted from 0, in its body.</summary>
    public void Damage(int frame) => Write([0xFF], Segment.Offsets[frame] + 40);

    /// <summary>Puts zeros in the place of a frame, counted from 0.</summary>
    public void Erase(int frame)
    {
        var end = frame + 1 < Segment.Offsets.Count ? Segment.Offsets[frame + 1] : Segment.End;
        Write(new byte[end - Segment.Offsets[frame]], Segment.Offsets[frame]);
    }

    /// <summary>The same directory as it is now, with a follower's home of its own.</summary>
    public FollowerHome Copy() => new(disk: Files.Store.Disk.CrashImage(CrashKind.ProcessKilled));

    /// <summary>Lets the follower look for so many seconds.</summary>
    public void LookFor(KvStore follower, int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            follower.FollowNow();
            Home.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }
}
