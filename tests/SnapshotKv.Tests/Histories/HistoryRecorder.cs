namespace SnapshotKv.Tests.Histories;

/// <summary>
/// Lets threads loose on stores and notes what they did. The seed determines what each thread does and where it dawdles; how the threads meet is the
/// machine's affair, so a seed brings back the operations, not the very history.
/// </summary>
internal static class HistoryRecorder
{
    public const int Threads = 4;
    public const int OperationsPerThread = 6;

    /// <summary>Records one history on each store, all with the same threads, which start each history together.</summary>
    /// <param name="stores">The stores, all empty.</param>
    /// <param name="firstSeed">The seed of the first history; the others have those that follow.</param>
    /// <param name="draw">Chooses an operation.</param>
    /// <param name="dawdles">Whether threads wait a little between operations, now and then.</param>
    public static IReadOnlyList<History> Record(IReadOnlyList<KvStore> stores, int firstSeed, Func<Random, HistoryOperation> draw, bool dawdles)
    {
        var sessions = stores.Select((store, index) => new Session(store, firstSeed + index, draw, dawdles)).ToList();
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => sessions.ForEach(session => session.Play(number)))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return sessions.ConvertAll(session => session.ToHistory());
    }

    private sealed class Session
    {
        private readonly KvStore _store;
        private readonly (HistoryOperation Operation, int Dawdle)[][] _scripts;
        private readonly (long Invoked, long Answered, HistoryOperation Operation, HistoryAnswer Answer)[][] _events;
        private int _arrived;
        private long _clock;

        public Session(KvStore store, int seed, Func<Random, HistoryOperation> draw, bool dawdles)
        {
            var random = new Random(seed);
            _store = store;
            _scripts = [.. Enumerable.Range(0, Threads).Select(_ => Enumerable.Range(0, OperationsPerThread).Select(_ => (draw(random), dawdles ? random.Next(60) : int.MaxValue)).ToArray())];
            _events = [.. Enumerable.Range(0, Threads).Select(_ => new (long, long, HistoryOperation, HistoryAnswer)[OperationsPerThread])];
        }

        public void Play(int thread)
        {
            var client = new HistoryClient(_store);
            var events = _events[thread];
            WaitForAll();
            for (var i = 0; i < events.Length; i++)
            {
                var (operation, dawdle) = _scripts[thread][i];
                Dawdle(dawdle);
                operation = operation.Bind(client);
                var invoked = Interlocked.Increment(ref _clock);
                var answer = Run(operation, client);
                events[i] = (invoked, Interlocked.Increment(ref _clock), operation, answer);
            }
        }

        public History ToHistory() => new(_events.SelectMany((events, thread) =>
            events.Select(item => new HistoryEvent(thread, item.Invoked, item.Answered, item.Operation, item.Answer))));

        /// <summary>An operation that throws has an answer too, one that no model gives.</summary>
        private static HistoryAnswer Run(HistoryOperation operation, HistoryClient client)
        {
            try
            {
                return operation.Run(client);
            }
            catch (Exception exception)
            {
                return $"threw {exception}";
            }
        }

        /// <summary>Waits without letting the processor go idle: woken threads would come one long after the other.</summary>
        private void WaitForAll()
        {
            Interlocked.Increment(ref _arrived);
            for (var spin = 1; Volatile.Read(ref _arrived) < Threads; spin++)
            {
                if (spin % 64 == 0)
                {
                    Thread.Yield();
                }
            }
        }

        private static void Dawdle(int measure)
        {
            if (measure < 5)
            {
                Thread.Yield();
            }
            else if (measure < 30)
            {
                Thread.SpinWait(measure);
            }
        }
    }
}
