using System.Text.Json;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Reads JSON tokens from a window, bringing more into sight as needed. A token's bytes last until the next one is read.</summary>
internal ref struct JsonCursor(SnapshotWindow window)
{
    private Utf8JsonReader _reader = new(window.Available, window.IsFinal, new JsonReaderState(new JsonReaderOptions { MaxDepth = JsonMeasure.MaxDepth }));

    public readonly JsonTokenType TokenType => _reader.TokenType;

    /// <summary>The token as it stands in the file; of a string, what is between its quotes.</summary>
    public readonly ReadOnlySpan<byte> Raw => _reader.ValueSpan;

    /// <summary>Where the token begins, counted from the window's first byte.</summary>
    public readonly int TokenStart => (int)_reader.TokenStartIndex;

    /// <summary>Where the token begins in the snapshot.</summary>
    public readonly long Offset => window.Offset + TokenStart;

    /// <summary>Goes to the next token; false after the last.</summary>
    public bool TryRead()
    {
        while (!_reader.Read())
        {
            if (window.IsFinal)
            {
                return false;
            }

            Refill();
        }

        return true;
    }

    /// <summary>Goes to the next token, which must be there.</summary>
    public void Read()
    {
        if (!TryRead())
        {
            throw new SnapshotDamageException("the file ends too early", window.Offset + window.Available.Length);
        }
    }

    /// <summary>Passes over the value whose first token is the current one, of any size.</summary>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
        {
            Read();
        }

        if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var depth = _reader.CurrentDepth;
            do
            {
                Read();
            }
            while (_reader.CurrentDepth > depth);
        }
    }

    /// <summary>Reads the value after the current property name whole, and returns its text. Lasts until the next token is read.</summary>
    public ReadOnlySpan<byte> ReadValue()
    {
        PassOver();
        while (true)
        {
            var attempt = _reader;
            if (attempt.Read())
            {
                var start = (int)attempt.TokenStartIndex;
                if (attempt.TrySkip())
                {
                    _reader = attempt;
                    return window.Available[start..(int)attempt.BytesConsumed];
                }
            }

            if (window.IsFinal)
            {
                throw new SnapshotDamageException("the file ends too early", window.Offset + window.Available.Length);
            }

            Refill();
        }
    }

    private void Refill()
    {
        PassOver();
        window.Fill();
        _reader = new(window.Available, window.IsFinal, _reader.CurrentState);
    }

    /// <summary>Lets the window go on to what has not been read, so that it grows only for single tokens.</summary>
    private void PassOver()
    {
        window.Advance((int)_reader.BytesConsumed);
        _reader = new(window.Available, window.IsFinal, _reader.CurrentState);
    }
}
