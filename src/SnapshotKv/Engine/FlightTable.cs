namespace SnapshotKv.Engine;

/// <summary>The values of a store that are being made at this moment, one flight per key.</summary>
/// <remarks>
/// Thread-safe by one lock for all tables, since a factory of one store may wait for one of another. It is never held while a factory runs.
/// </remarks>
internal sealed class FlightTable
{
    /// <summary>The flight whose factory the current code runs in; flows with the execution context.</summary>
    private static readonly AsyncLocal<Flight?> Current = new();

    private static readonly Lock Gate = new();

    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);

    /// <summary>How many values are being made.</summary>
    public int Count
    {
        get
        {
            lock (Gate)
            {
                return _flights.Count;
            }
        }
    }

    /// <summary>The flight for a key.</summary>
    /// <param name="key">The key, from the beginning of the store's keys on.</param>
    /// <param name="isMine">Whether it is a new one, whose factory the caller must run.</param>
    /// <exception cref="InvalidOperationException">To wait for it would be to wait for oneself.</exception>
    public Flight Board(string key, out bool isMine)
    {
        lock (Gate)
        {
            if (_flights.TryGetValue(key, out var flight) && flight.TryJoin())
            {
                isMine = false;
                if (Current.Value is { } own)
                {
                    NoteWaiting(own, flight);
                }

                return flight;
            }

            isMine = true;
            flight = new Flight(this, key);
            _flights[key] = flight;

            // A factory that makes another value waits for that value's factory.
            Current.Value?.WaitingFor.Add(flight);
            return flight;
        }
    }

    /// <summary>The current code does not wait for a flight any more.</summary>
    public static void StopWaiting(Flight flight)
    {
        lock (Gate)
        {
            Current.Value?.WaitingFor.Remove(flight);
        }

        flight.Leave();
    }

    public void Remove(Flight flight)
    {
        lock (Gate)
        {
            if (_flights.TryGetValue(flight.Key, out var current) && current == flight)
            {
                _flights.Remove(flight.Key);
            }
        }
    }

    /// <summary>Has code know, until it is disposed, that it runs in a flight's factory.</summary>
    public static Inside Enter(Flight flight)
    {
        var outer = Current.Value;
        Current.Value = flight;
        return new Inside(outer);
    }

    private static void NoteWaiting(Flight own, Flight flight)
    {
        if (Reaches(flight, own))
        {
            flight.Leave();
            throw new InvalidOperationException(
                own == flight
                    ? $"The factory for key '{own.Key}' asks for that key itself; it would wait for its own end."
                    : $"The factory for key '{own.Key}' asks for key '{flight.Key}', whose factory waits for '{own.Key}'; both would wait for each other without end.");
        }

        own.WaitingFor.Add(flight);
    }

    private static bool Reaches(Flight from, Flight to) => from == to || from.WaitingFor.Exists(next => Reaches(next, to));

    /// <summary>Puts back what was before.</summary>
    internal readonly struct Inside(Flight? outer) : IDisposable
    {
        public void Dispose() => Current.Value = outer;
    }
}
