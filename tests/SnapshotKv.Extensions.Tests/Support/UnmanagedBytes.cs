using System.Buffers;
using System.Runtime.InteropServices;

namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>Memory that no array backs.</summary>
internal sealed class UnmanagedBytes : MemoryManager<byte>
{
    private readonly int _length;
    private IntPtr _address;

    public UnmanagedBytes(byte[] content)
    {
        _length = content.Length;
        _address = Marshal.AllocHGlobal(_length);
        Marshal.Copy(content, 0, _address, _length);
    }

    public override unsafe Span<byte> GetSpan() => new((void*)_address, _length);

    public override unsafe MemoryHandle Pin(int elementIndex = 0) => new((byte*)_address + elementIndex);

    public override void Unpin()
    {
        // Unmanaged memory does not move.
    }

    protected override void Dispose(bool disposing)
    {
        Marshal.FreeHGlobal(_address);
        _address = IntPtr.Zero;
    }
}
