using System.Globalization;
using System.Text;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store;

/// <summary>
/// Random operations against a plain dictionary, with a clock that moves, saves, crashes of the process and reopenings. A failure prints the seed
/// and the steps; the shortest failing run is looked for by trying again with fewer steps.
/// </summary>
public sealed class KvStoreModelTests
{
    private const int Runs = 60;
    private const int StepsPerRun = 400;

    [Fact]
    public void RandomOperations_AgreeWithADictionary()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (var run = 0; run < Runs; run++)
        {
            Check(seed + run, StepsPerRun);
        }
    }

    /// <summary>Runs that once failed stay here.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(20260101)]
    public void RandomOperations_KnownSeeds_Agree(int seed) => Check(seed, StepsPerRun);

    private static void Check(int seed, int steps)
    {
        if (Run(seed, steps) is not { } failure)
        {
            return;
        }

        // Every run is determined by its seed, so a shorter run is a prefix of the longer one.
        var shortest = Enumerable.Range(1, steps).First(length => Run(seed, length) is not null);
        Assert.Fail($"Seed {seed}, {shortest} steps: {Run(seed, shortest) ?? failure}");
    }

    private static string? Run(int seed, int steps)
    {
        using var session = new Session(seed);
        try
        {
            for (var i = 0; i < steps; i++)
            {
                session.Step();
            }

            session.Compare();
            return null;
        }
        catch (Exception exception)
        {
            return $"{exception}\nSteps:\n{session.Steps}";
        }
    }

    private sealed class Session : IDisposable
    {
        private static readonly string[] Keys = ["", "a", "a:1", "a:2", "a:10", "b", "b:é", "b:\U0001F600", "b:\uFF5E", "c"];

        private readonly Random _random;
        private StoreHome _home = new();
        private readonly KvFormat _format;
        private KvStore _store;
        private Dictionary<string, Entry> _model = new(StringComparer.Ordinal);
        private Dictionary<string, Entry> _saved = new(StringComparer.Ordinal);

        public Session(int seed)
        {
            _random = new Random(seed);
            _format = (KvFormat)_random.Next(2);
            _store = Open();
        }

        public StringBuilder Steps { get; } = new();

        private DateTimeOffset Now => _home.Clock.GetUtcNow();

        public void Step()
        {
            var key = Keys[_random.Next(Keys.Length)];
            switch (_random.Next(24))
            {
                case < 7:
                    Set(key);
                    break;
                case < 9:
                    Note($"remove {key}");
                    _store.Remove(key).ShouldBe(Take(key));
                    break;
                case < 13:
                    Read(key);
                    break;
                case 13:
                    Batch();
                    break;
                case 14:
                    var prefix = key.Length == 0 ? key : key[..1];
                    Note($"remove by prefix {prefix}");
                    var gone = Live().Where(item => item.StartsWith(prefix, StringComparison.Ordinal)).ToList();
                    _store.RemoveByPrefix(prefix).ShouldBe(gone.Count);
                    gone.ForEach(item => _model.Remove(item));
                    RemoveDead(prefix);
                    break;
                case 15:
                    if (_random.Next(4) == 0)
                    {
                        Note("clear");
                        _store.Clear().ShouldBe(Live().Count);
                        _model.Clear();
                    }

                    break;
                case < 19:
                    var by = TimeSpan.FromSeconds(_random.Next(1, 8));
                    Note($"advance {by}");
                    Advance(by);
                    break;
                case 19:
                    Note("save");
                    _store.Save();
                    Saved();
                    break;
                case 20:
                    Note("close and open");
                    _store.Dispose();
                    Saved();
                    _store = Open();
                    Compare();
                    break;
                case 21:
                    Crash();
                    break;
                default:
                    Compare();
                    break;
            }
        }

        public void Compare()
        {
            var live = Live();
            _store.GetKeys().ShouldBe(live.OrderBy(key => key, Comparer<string>.Create((left, right) => Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right)))));
            _store.Count().ShouldBe(live.Count);
            foreach (var prefix in new[] { "a", "a:", "b:", "zz" })
            {
                _store.Count(prefix).ShouldBe(live.Count(key => key.StartsWith(prefix, StringComparison.Ordinal)));
            }

            foreach (var key in Keys)
            {
                _store.Exists(key).ShouldBe(live.Contains(key), $"exists {key}");
                var expected = !live.Contains(key) ? KvTimeToLive.Missing
                    : _model[key].Deadline is { } deadline ? KvTimeToLive.Of(deadline - Now)
                    : KvTimeToLive.Unlimited;
                _store.GetTimeToLive(key).ShouldBe(expected, $"life of {key}");
            }
        }

        public void Dispose() => _store.Dispose();

        private KvStore Open() => _home.Open(options =>
        {
            options.Format = _format;
            options.Compression = (KvCompression)_random.Next(2);
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
            options.TtlCleanupInterval = TimeSpan.FromSeconds(5);
        });

        private void Set(string key)
        {
            var value = new byte[_random.Next(300)];
            _random.NextBytes(value);
            var options = Life();
            Note($"set {key}, {value.Length} bytes, {options}");
            _store.SetBytes(key, value, options);
            _model[key] = Entry.Make(value, options, Now);
        }

        private KvEntryOptions Life() => _random.Next(5) switch
        {
            0 => new() { TimeToLive = TimeSpan.FromSeconds(_random.Next(1, 20)) },
            1 => new() { SlidingExpiration = TimeSpan.FromSeconds(_random.Next(1, 10)) },
            2 => new() { SlidingExpiration = TimeSpan.FromSeconds(_random.Next(1, 10)), AbsoluteExpiration = Now.AddSeconds(_random.Next(1, 20)) },
            _ => default,
        };

        private void Read(string key)
        {
            Note($"read {key}");
            _store.TryGetBytes(key, out var value).ShouldBe(IsLive(key));
            if (IsLive(key))
            {
                value.ShouldBe(_model[key].Value);
                _model[key] = _model[key].Slide(Now);
            }
        }

        private void Batch()
        {
            var batch = new KvBatch();
            var removed = new List<string>();
            var set = new Dictionary<string, Entry>(StringComparer.Ordinal);
            for (var i = _random.Next(1, 6); i > 0; i--)
            {
                var key = Keys[_random.Next(Keys.Length)];
                if (_random.Next(3) == 0)
                {
                    batch.Remove(key);
                    removed.Add(key);
                    set.Remove(key);
                }
                else
                {
                    var options = Life();
                    batch.SetBytes(key, [(byte)i], options);
                    set[key] = Entry.Make([(byte)i], options, Now);
                    removed.Remove(key);
                }
            }

            Note($"batch: remove {string.Join(',', removed)}; set {string.Join(',', set.Keys)}");
            _store.Commit(batch);
            removed.ForEach(key => _model.Remove(key));
            foreach (var (key, entry) in set)
            {
                _model[key] = entry;
            }
        }

        /// <summary>The power goes: what was saved is there, nothing else.</summary>
        private void Crash()
        {
            Note("power cut and open");
            var after = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock);
            _store.Dispose();
            _home = after;
            _store = Open();
            _model = new(_saved, StringComparer.Ordinal);
            Compare();
        }

        private void Advance(TimeSpan by) => _home.Clock.Advance(by);

        private void Saved() => _saved = new(_model.Where(item => IsLive(item.Key)), StringComparer.Ordinal);

        private bool Take(string key)
        {
            var wasLive = IsLive(key);
            _model.Remove(key);
            return wasLive;
        }

        private void RemoveDead(string prefix)
        {
            foreach (var key in _model.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !IsLive(key)).ToList())
            {
                _model.Remove(key);
            }
        }

        private bool IsLive(string key) => _model.TryGetValue(key, out var entry) && (entry.Deadline is null || Now < entry.Deadline);

        private HashSet<string> Live() => [.. _model.Keys.Where(IsLive)];

        private void Note(string step) => Steps.AppendLine(CultureInfo.InvariantCulture, $"  {step}");
    }

    private sealed record Entry(byte[] Value, DateTimeOffset? Deadline, TimeSpan? Window, DateTimeOffset? Cap)
    {
        public static Entry Make(byte[] value, KvEntryOptions options, DateTimeOffset now)
        {
            var absolute = options.TimeToLive is { } life ? now + life : options.AbsoluteExpiration;
            return options.SlidingExpiration is { } window
                ? new(value, Earlier(now + window, absolute), window, absolute)
                : new(value, absolute, null, null);
        }

        public Entry Slide(DateTimeOffset now) => Window is { } window ? this with { Deadline = Later(Deadline!.Value, Earlier(now + window, Cap)) } : this;

        private static DateTimeOffset Earlier(DateTimeOffset left, DateTimeOffset? right) => right is { } other && other < left ? other : left;

        private static DateTimeOffset Later(DateTimeOffset left, DateTimeOffset right) => left > right ? left : right;
    }
}
