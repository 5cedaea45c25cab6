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
    public static IReadOnlyList<History> Record(IReadOnlyList<KvStore> stores, int firstSeed, Func<Random, HistoryOperation> draw, bool dawdles) =>
        Record([.. stores.Select(store => (store, (HistoryCrash?)null))], firstSeed, draw, dawdles);

    /// <summary>Records one history on each store, in the midst of which there is a crash.</summary>
    /// <param name="crashes">The stores, all empty, and what crashes them.</param>
    /// <param name="firstSeed">The seed of the first history; the others have those that follow.</param>
    /// <param name="draw">Chooses an operation.</param>
    public static IReadOnlyList<History> Record(IReadOnlyList<HistoryCrash> crashes, int firstSeed, Func<Random, HistoryOperation> draw) =>
        Record([.. crashes.Select(crash => (crash.Store, (HistoryCrash?)crash))], firstSeed, draw, dawdles: true);

    private static List<History> Record((KvStore Store, HistoryCrash? Crash)[] stores, int firstSeed, Func<Random, HistoryOperation> draw, bool dawdles)
    {
        var sessions = stores.Select((item, index) => new Session(item.Store, item.Crash, firstSeed + index, draw, dawdles)).ToList();
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => sessions.ForEach(session => session.Play(number)))).ToList();
        if (stores.Any(item => item.Crash is not null))
        {
            threads.Add(new Thread(() => sessions.ForEach(session => session.PlayCrash())));
        }

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return sessions.ConvertAll(session => session.ToHistory());
    }

    private sealed class Session
    {
        private readonly KvStore _store;
        private readonly HistoryCrash? _crash;
        private readonly (HistoryOperation Operation, int Dawdle)[][] _scripts;
        private readonly (long Invoked, long Answered, HistoryOperation Operation, HistoryAnswer Answer)[][] _events;
        private int _arrived;
        private long _clock;

        public Session(KvStore store, HistoryCrash? crash, int seed, Func<Random, HistoryOperation> draw, bool dawdles)
        {
            var random = new Random(seed);
            _store = store;
            _crash = crash;
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

        /// <summary>What the thread does that is not one of those whose operations are recorded.</summary>
        public void PlayCrash()
        {
            WaitForAll();
            _crash!.Play(() => Interlocked.Increment(ref _clock), () => Volatile.Read(ref _clock), 2 * Threads * OperationsPerThread);
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
            for (var spin = 1; Volatile.Read(ref _arrived) < Threads + (_crash is null ? 0 : 1); spin++)
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
