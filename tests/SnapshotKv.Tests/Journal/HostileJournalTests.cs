using System.Buffers;
using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using SnapshotKv.Format;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Journal;

/// <summary>Journals that somebody made by hand, with right checksums: they are carried out or refused, and neither crash, hang, nor take more memory than the file is long.</summary>
public sealed class HostileJournalTests
{
    private static readonly uint[] Kinds = [0, 1, 2, 3, 4, 5, 6, 7, 8, uint.MaxValue];

    [Fact]
    public void Replay_AnyBodyWithARightChecksum_EndsInAStateOrInDamage() => Prop.ForAll<uint, byte[]>((kind, body) =>
    {
        ShouldEnd(Replay(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Raw((JournalFrameKind)Kinds[kind % Kinds.Length], 102, 0, body ?? [])), "a=01@101");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));

    [Fact]
    public void Replay_MutatedChangesWithARightChecksum_EndInAStateOrInDamage()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var bodies = new[] { Body(WriteChanges), Body(WriteSlides), Body(WriteClaims), ReplayedState.Restore().ToBody() };
        JournalFrameKind[] kinds = [JournalFrameKind.Changes, JournalFrameKind.Slides, JournalFrameKind.Claims, JournalFrameKind.Restore];
        int carriedOut = 0, refused = 0;
        for (var round = 0; round < 6000; round++)
        {
            var which = random.Next(bodies.Length);
            var body = bodies[which].ToArray();
            for (var i = random.Next(1, 4); i > 0; i--)
            {
                var at = random.Next(body.Length);
                if (random.Next(3) == 0 && at + 4 <= body.Length)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(at & ~3), Lengths[random.Next(Lengths.Length)]);
                }
                else
                {
                    body[at] ^= (byte)(1 << random.Next(8));
                }
            }

            body = random.Next(4) == 0 ? body[..random.Next(body.Length)] : body;
            try
            {
                var replayed = Replay(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Raw(kinds[which], which is 0 or 3 ? 102UL : 101, 0, body));
                (carriedOut, refused) = replayed.Outcome.Break is null && replayed.Outcome.Blemishes.Count == 0 ? (carriedOut + 1, refused) : (carriedOut, refused + 1);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}, {kinds[which]}: {Convert.ToHexString(body)}", exception);
            }
        }

        carriedOut.ShouldBeGreaterThan(100);
        refused.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void Record_ReadFromTheJournal_IsTheSame()
    {
        foreach (var record in Records())
        {
            var read = RecordReader.Read(record.Bytes, 7);
            SnapshotFiles.Describe(read).ShouldBe(SnapshotFiles.Describe(record));
            read.Sequence.ShouldBe(7UL);
        }
    }

    [Fact]
    public void Record_CutAtEveryLength_IsNone()
    {
        foreach (var record in Records())
        {
            for (var length = 0; length < record.Bytes!.Length; length++)
            {
                Should.Throw<JournalDamageException>(() => RecordReader.Read(record.Bytes.AsSpan(0, length), 7), $"{length} bytes");
            }

            Should.Throw<JournalDamageException>(() => RecordReader.Read([.. record.Bytes, 0], 7));
        }
    }

    [Fact]
    public void Record_WindowUpToTheEndOfTime_SlidesNoFurtherThanThat()
    {
        const long Now = 1_800_000_000_000_000_000;
        var record = RecordReader.Read(SegmentBuilder.NewRecord("a", 1, deadline: Now + 2, window: long.MaxValue).Bytes, 7);

        record.SlidDeadline(Now).ShouldBe(long.MaxValue & ~Record.SlideMark);
    }

    public static TheoryData<string, string> BadRecords() => new()
    {
        // A value that is two; a value that is none; JSON that is not.
        { "0000000000000000 0000000000000000 02000000 01000000 61 0102", "exactly one" },
        { "0000000000000000 0000000000000000 00000000 01000000 61", "exactly one" },
        { "0000000000000000 0000000000000000 01000000 01000001 61 7b", "exactly one" },
        // A key that is not UTF-8 and does not say so, and one that is and says it were not.
        { "0000000000000000 0000000000000000 01000000 01000000 ff 01", "UTF-8" },
        { "0000000000000000 0000000000000000 01000000 01000020 61 01", "UTF-8" },
        // Unknown flags; a window without a deadline; one of nothing; a negative one; a cap of nothing.
        { "0000000000000000 0000000000000000 01000000 01000040 61 01", "flags" },
        { "0000000000000000 0000000000000000 01000000 01000002 61 01 0100000000000000", "do not go together" },
        { "0200000000000000 0000000000000000 01000000 01000002 61 01 0000000000000000", "do not go together" },
        { "0200000000000000 0000000000000000 01000000 01000002 61 01 ffffffffffffffff", "do not go together" },
        { "0100000000000000 0000000000000000 01000000 01000002 61 01 0100000000000000", "do not go together" },
        { "0200000000000000 0000000000000000 01000000 01000004 61 01 0000000000000000", "cap" },
        // A blob reference and tags of nothing; tags beyond their list; lengths that do not come to the whole.
        { "0000000000000000 0000000000000000 01000000 01000008 61 01 0000", "blob" },
        { "0000000000000000 0000000000000000 01000000 01000010 61 01 00000000", "tags" },
        { "0000000000000000 0000000000000000 01000000 01000010 61 01 03000000 020061", "tags" },
        { "0000000000000000 0000000000000000 01000000 01000010 61 01 01000000 02", "tags" },
        { "0000000000000000 0000000000000000 ffffffff ffffff00 61 01", "lengths" },
        { "0000000000000000 0000000000000000 01000000 01000010 61 01 ffffffff", "lengths" },
        { "0000000000000000 0000000000000000 01000000 01000008 61 01 ffff", "lengths" },
    };

    [Theory]
    [MemberData(nameof(BadRecords))]
    public void Record_ThatOtherCodeCouldNotRelyOn_IsRefused(string hex, string reason) =>
        Should.Throw<JournalDamageException>(() => RecordReader.Read(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), 7)).Message.ShouldContain(reason);

    [Fact]
    public void Replay_FileFullOfWhatLooksLikeFrames_EndsWithoutLookingForEver()
    {
        // Each eight bytes claim a body up to the end of the file: to check each claim would take a hundred gigabytes of reading.
        var segment = new SegmentBuilder(1, 0, 100) { Size = 2 << 20 }.Set(101, "a", 1);
        var bytes = segment.ToBytes();
        for (var at = (int)segment.End; at + 64 < bytes.Length; at += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(at), JournalFrame.Word(bytes.Length - at - JournalFrame.HeaderSize, segment.Salt));
        }

        var replayed = Replay(segment.FileName, bytes);

        replayed.Entries.ShouldBe("a=01@101");
        replayed.Outcome.Break.ShouldNotBeNull();
    }

    [Fact]
    public void Replay_LengthsThatTheFileDoesNotHave_MakeNoRoomForThem()
    {
        var segment = new SegmentBuilder(1, 0, 100) { Size = 1L << 16 }.Set(101, "a", 1);
        var bytes = segment.ToBytes();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)segment.End), JournalFrame.Word(JournalFrame.LongestBody, segment.Salt));
        var before = GC.GetAllocatedBytesForCurrentThread();

        Replay(segment.FileName, bytes).Outcome.TornTail.ShouldNotBeNull();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16L << 20);
    }

    [Fact]
    public void Replay_HeaderWithHostileNumbers_EndsInAStateOrInDamage()
    {
        ulong[] numbers = [0, 1, 100, 101, ulong.MaxValue - 1, ulong.MaxValue];
        foreach (var continues in numbers)
        {
            foreach (var start in numbers)
            {
                foreach (var number in numbers)
                {
                    var disk = new InMemoryFileSystem();
                    disk.CreateDirectory("/data/journal");
                    disk.Put("/data/journal/000000000001.journal", new SegmentBuilder(1, 0, 100).Set(101, "a", 1).ToBytes());
                    disk.Put("/data/journal/000000000002.journal", new SegmentBuilder(2, continues, start) { DurableThrough = number }.Set(number, "b", 2, durable: number).ToBytes());

                    ReplayedState.Of(disk).Outcome.Highest.ShouldBeGreaterThanOrEqualTo(100UL);
                }
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void Replay_SizeInTheHeaderThatIsNotTheFiles_IsNotTrusted(long size)
    {
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1);
        var bytes = segment.ToBytes();
        new JournalSegmentHeader(1, segment.Salt, size, 0, 100, 0, 0).Write(bytes);

        Replay(segment.FileName, bytes).Entries.ShouldBe(size == long.MaxValue ? "a=01@101" : "");
    }

    private static readonly uint[] Lengths = [0, 1, 2, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff];

    private static void ShouldEnd(ReplayedState replayed, string atLeast) => (replayed.Outcome.Break is null || replayed.Entries == atLeast).ShouldBeTrue();

    private static ReplayedState Replay(SegmentBuilder segment) => Replay(segment.FileName, segment.ToBytes());

    private static ReplayedState Replay(string name, byte[] bytes)
    {
        var disk = new InMemoryFileSystem();
        disk.CreateDirectory("/data/journal");
        disk.Put("/data/journal/" + name, bytes);
        return ReplayedState.Of(disk);
    }

    private static Record[] Records() =>
    [
        SegmentBuilder.NewRecord("", 0),
        SegmentBuilder.NewRecord("a", 1, ["red", "größe"]),
        SegmentBuilder.NewRecord("b", 1, ["x"], 4102444800000000000, 60_000_000_000, 4102444900000000000, "01a201c8-d370-7e19-a3a5-91680bc0ff98"),
        SnapshotFiles.NewRecord("json", "{\"a\":[1]}"u8, flags: RecordFlags.Json),
        Record.Create(new RecordParts { Key = [0xff], Value = [1], Flags = RecordFlags.OpaqueKey }),
    ];

    private static byte[] Body(Action<IBufferWriter<byte>> write)
    {
        var body = new ArrayBufferWriter<byte>();
        write(body);
        return body.WrittenSpan.ToArray();
    }

    private static void WriteChanges(IBufferWriter<byte> body)
    {
        foreach (var record in Records())
        {
            JournalChange.WriteSet(body, record);
        }

        JournalChange.WriteRemove(body, "gone"u8);
    }

    private static void WriteSlides(IBufferWriter<byte> body)
    {
        foreach (var record in Records())
        {
            JournalSlide.Write(body, record, 4102444900000000000);
        }
    }

    private static void WriteClaims(IBufferWriter<byte> body)
    {
        JournalClaim.Write(body, "a:", "mine");
        JournalClaim.Write(body, "", "other");
        JournalClaim.Write(body, "a:", null);
    }
}
