using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace SnapshotKv.Format;

/// <summary>
/// Asks for records before they are needed. A walk over all entries meets each record in another place of memory, and would wait for every one of
/// them; asked for some steps ahead they come while others are worked on. A writer asks for the record that it replaces before it waits for its turn.
/// </summary>
/// <remarks>Does nothing where the processor has no such instruction.</remarks>
internal static class RecordPrefetch
{
    /// <summary>Far enough that memory has answered, near enough that nothing is pushed out of the cache again. Between 4 and 32 it makes no difference.</summary>
    private const int Distance = 8;

    private const int CacheLine = 64;

    /// <summary>Asks for a record some steps after an index, where there is one.</summary>
    /// <param name="records">The records, none of them the default.</param>
    /// <param name="index">The one that is worked on now.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Ahead(ReadOnlySpan<Record> records, int index)
    {
        if (Sse.IsSupported && index + Distance < records.Length)
        {
            Of(records[index + Distance].Bytes!);
        }
    }

    /// <summary>Asks for a record.</summary>
    /// <param name="record">Its bytes, or what else a slot of the table holds.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Of(object record)
    {
        if (Sse.IsSupported)
        {
            // The collector may move the record meanwhile. Then the wrong memory is asked for, which costs a little time and nothing else: a prefetch
            // never faults. The array's length lies before its data; three lines hold a small record, and longer ones the processor follows by itself.
            var start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Unsafe.As<byte[]>(record))) - sizeof(long);
            Sse.Prefetch0(start);
            Sse.Prefetch0(start + CacheLine);
            Sse.Prefetch0(start + (2 * CacheLine));
        }
    }
}
