using System.Runtime.InteropServices;

namespace SnapshotKv.Testing;

/// <summary>A file's bytes, which grow as they are written to, with zeros in the gaps.</summary>
/// <remarks>
/// In pages that copies share until one of them writes, so that a copy costs a reference a page, and a test can take thousands of images of a disk. Pages of
/// nothing but zeros are not kept at all: a segment that is filled with them costs nothing. Not thread-safe, nor are copies of one original with each other.
/// </remarks>
internal sealed class PagedBytes
{
    private const int PageSize = 4096;

    private readonly List<Page?> _pages;

    /// <summary>Marks the pages that are only here; a copy takes the mark from both.</summary>
    private object _owner = new();

    /// <summary>Initializes a new instance without bytes.</summary>
    public PagedBytes()
        : this([], 0)
    {
    }

    private PagedBytes(List<Page?> pages, long length)
    {
        _pages = pages;
        Length = length;
    }

    /// <summary>How many bytes there are.</summary>
    public long Length { get; private set; }

    /// <summary>Fills a buffer from an offset.</summary>
    /// <returns>The bytes read; fewer than asked for at the end.</returns>
    public int Read(Span<byte> buffer, long offset)
    {
        var count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        for (var done = 0; done < count;)
        {
            var (index, start) = Find(offset + done);
            var piece = buffer[done..Math.Min(count, done + PageSize - start)];
            if (_pages[index] is { } page)
            {
                page.Bytes.AsSpan(start, piece.Length).CopyTo(piece);
            }
            else
            {
                piece.Clear();
            }

            done += piece.Length;
        }

        return count;
    }

    /// <summary>Writes bytes, growing as needed.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (bytes.Length == 0)
        {
            return;
        }

        Extend(offset + bytes.Length);
        for (var done = 0; done < bytes.Length;)
        {
            var (index, start) = Find(offset + done);
            var piece = bytes[done..Math.Min(bytes.Length, done + PageSize - start)];
            if (piece.Length < PageSize || piece.ContainsAnyExcept((byte)0))
            {
                piece.CopyTo(Own(index, isReplaced: piece.Length == PageSize).AsSpan(start));
            }
            else
            {
                _pages[index] = null;
            }

            done += piece.Length;
        }
    }

    /// <summary>Writes zeros, growing as needed.</summary>
    public void Clear(long offset, long count)
    {
        Extend(offset + count);
        for (var done = 0L; done < count;)
        {
            var (index, start) = Find(offset + done);
            var piece = (int)Math.Min(count - done, PageSize - start);
            if (piece == PageSize)
            {
                _pages[index] = null;
            }
            else if (_pages[index] is not null)
            {
                Own(index, isReplaced: false).AsSpan(start, piece).Clear();
            }

            done += piece;
        }
    }

    /// <summary>Grows to a length at least, with zeros.</summary>
    public void Extend(long length)
    {
        // What holds all pages' references must fit into an array.
        if (length > (long)Array.MaxLength * PageSize)
        {
            throw StorageFailures.FileTooLarge(length);
        }

        if (length > Length)
        {
            var missing = (int)((length + PageSize - 1) / PageSize) - _pages.Count;
            CollectionsMarshal.SetCount(_pages, _pages.Count + missing);
            CollectionsMarshal.AsSpan(_pages)[^missing..].Clear();
            Length = length;
        }
    }

    /// <summary>Cuts all bytes from a length on off.</summary>
    public void Truncate(long length)
    {
        if (length < Length)
        {
            Clear(length, Length - length);
            var pages = (int)((length + PageSize - 1) / PageSize);
            _pages.RemoveRange(pages, _pages.Count - pages);
            Length = length;
        }
    }

    /// <summary>The same bytes once more, which change independently.</summary>
    public PagedBytes Copy()
    {
        _owner = new object();
        return new PagedBytes([.. _pages], Length);
    }

    private static (int Index, int Start) Find(long offset) => ((int)(offset / PageSize), (int)(offset % PageSize));

    /// <summary>A page's bytes, to be written to.</summary>
    private byte[] Own(int index, bool isReplaced)
    {
        var page = _pages[index];
        if (page?.Owner != _owner)
        {
            var bytes = new byte[PageSize];
            if (page is not null && !isReplaced)
            {
                page.Bytes.CopyTo(bytes, 0);
            }

            page = new Page(_owner, bytes);
            _pages[index] = page;
        }

        return page.Bytes;
    }

    private sealed record Page(object Owner, byte[] Bytes);
}
