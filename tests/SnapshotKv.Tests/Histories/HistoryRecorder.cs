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
    public static IReadOnlyList<History> Record(IReadOnlyList<KvStore> stores, int firstSeed, Func<Random, HistoryOperation> draw)
    {
        var sessions = stores.Select((store, index) => new Session(store, firstSeed + index, draw)).ToList();
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => sessions.ForEach(session => session.Play(number)))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return sessions.ConvertAll(session => session.ToHistory());
    }

    private sealed class Session
    {
        private readonly KvStore _store;
        private readonly (HistoryOperation Operation, int Dawdle)[][] _scripts;
        private readonly HistoryEvent[][] _events = new HistoryEvent[Threads][];
        private int _arrived;
        private long _clock;

        public Session(KvStore store, int seed, Func<Random, HistoryOperation> draw)
        {
            var random = new Random(seed);
            _store = store;
            _scripts = [.. Enumerable.Range(0, Threads).Select(_ => Enumerable.Range(0, OperationsPerThread).Select(_ => (draw(random), random.Next(60))).ToArray())];
        }

        public void Play(int thread)
        {
            var client = new HistoryClient(_store);
            var events = new HistoryEvent[OperationsPerThread];
            WaitForAll();
            for (var i = 0; i < events.Length; i++)
            {
                var (operation, dawdle) = _scripts[thread][i];
                Dawdle(dawdle);
                operation = operation.Bind(client);
                var invoked = Interlocked.Increment(ref _clock);
                var answer = Run(operation, client);
                events[i] = new(thread, invoked, Interlocked.Increment(ref _clock), operation, answer);
            }

            _events[thread] = events;
        }

        public History ToHistory() => new(_events.SelectMany(events => events));

        /// <summary>An operation that throws has an answer too, one that no model gives.</summary>
        private static string Run(HistoryOperation operation, HistoryClient client)
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
