namespace SnapshotKv.Samples.WebApp.Primes;

/// <summary>How many primes lie below a number, and where the answer came from.</summary>
internal sealed record Answer(int Below, int Primes, bool FromCache, TimeSpan Elapsed);
