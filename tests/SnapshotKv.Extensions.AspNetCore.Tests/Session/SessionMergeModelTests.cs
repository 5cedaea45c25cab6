using System.Globalization;
using Microsoft.AspNetCore.Http;
using SnapshotKv.Extensions.AspNetCore.Tests.Support;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>
/// Random requests on one session, any number of them open at once, against a model of what merging means: the commits one after the other, each
/// applying what its request did to what is there by then.
/// </summary>
public sealed class SessionMergeModelTests
{
    private const int Keys = 4;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_OpenedAndCommittedAtRandom_LeaveWhatTheModelSays()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        for (var run = 0; run < 200; run++)
        {
            await RunAsync(new Random(seed + run), $"seed {seed + run}");
        }
    }

    /// <summary>Truly at once: which commit comes first is not known, so each request keeps to keys of its own, and all must be there.</summary>
    [Fact]
    public async Task Requests_OnManyThreads_LoseNoKeyOfTheirOwn()
    {
        const int Requests = 64;
        using var sessions = new Sessions();
        await sessions.RequestAsync(session =>
        {
            for (var i = 0; i < Requests; i++)
            {
                session.SetInt32($"remove{i}", i);
            }
        });

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = Token }, async (i, _) =>
        {
            for (var round = 0; round < 20; round++)
            {
                await sessions.RequestAsync(session =>
                {
                    session.SetInt32($"set{i}", (session.GetInt32($"set{i}") ?? 0) + 1);
                    session.Remove($"remove{i}");
                });
            }
        });

        var after = sessions.Open();
        after.Keys.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, Requests).Select(i => $"set{i}").Order(StringComparer.Ordinal));
        Enumerable.Range(0, Requests).ShouldAllBe(i => after.GetInt32($"set{i}") == 20);
    }

    private static async Task RunAsync(Random random, string seed)
    {
        using var sessions = new Sessions();
        var model = new Dictionary<string, string>(StringComparer.Ordinal);
        var open = new List<OpenRequest>();
        for (var step = 0; step < 60; step++)
        {
            if (open.Count == 0 || (open.Count < 6 && random.Next(3) == 0))
            {
                open.Add(new OpenRequest(sessions.Open(), model));
            }

            var request = open[random.Next(open.Count)];
            switch (random.Next(8))
            {
                case < 4:
                    request.Set(Key(random), step.ToString(CultureInfo.InvariantCulture));
                    break;
                case 4:
                    request.Remove(Key(random));
                    break;
                case 5 when random.Next(3) == 0:
                    request.Clear();
                    break;
                default:
                    await request.CommitAsync(model);
                    open.Remove(request);
                    sessions.Show().ShouldBe(Show(model), $"{seed}, step {step}");
                    break;
            }

            foreach (var other in open)
            {
                Sessions.Show(other.Session).ShouldBe(Show(other.View), $"{seed}, step {step}");
            }
        }
    }

    private static string Key(Random random) => "k" + random.Next(Keys).ToString(CultureInfo.InvariantCulture);

    private static string Show(Dictionary<string, string> values) => string.Join(' ', values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    /// <summary>A request that has loaded the session, and the model of what it sees and did.</summary>
    private sealed class OpenRequest
    {
        private readonly List<Action<Dictionary<string, string>>> _done = [];

        public OpenRequest(ISession session, Dictionary<string, string> model)
        {
            session.IsAvailable.ShouldBeTrue();
            Session = session;
            View = new(model, StringComparer.Ordinal);
        }

        public ISession Session { get; }

        public Dictionary<string, string> View { get; }

        public void Set(string key, string value)
        {
            Session.SetString(key, value);
            Do(values => values[key] = value);
        }

        public void Remove(string key)
        {
            Session.Remove(key);
            Do(values => values.Remove(key));
        }

        public void Clear()
        {
            Session.Clear();
            Do(values => values.Clear());
        }

        public async Task CommitAsync(Dictionary<string, string> model)
        {
            await Session.CommitAsync(Token);
            _done.ForEach(change => change(model));
        }

        private void Do(Action<Dictionary<string, string>> change)
        {
            change(View);
            _done.Add(change);
        }
    }
}
