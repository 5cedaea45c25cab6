using System.Globalization;
using System.Text;

namespace SnapshotKv.KillTarget;

/// <summary>
/// Does random work as the owner of a store that another process follows, and says after each commit what the store is like, until it is killed; at some commits it writes all down before.
/// </summary>
internal static class FollowedOwner
{
    /// <summary>The first argument that asks for it; a directory, a seed for the work, a directory for full states and the seed that chooses them follow.</summary>
    public const string Command = "followed";

    private const int Keys = 60;

    /// <summary>Writes for ever, from one thread, so that each commit has its line.</summary>
    public static void Run(string directory, int seed, FullStates states)
    {
        var random = new Random(seed);
        var said = new Acknowledgements(Console.OpenStandardOutput());
        using var store = TargetStore.Open(directory, seed);
        var digest = StoreDigest.Of(store);
        said.Say(Line(0, store, digest));
        for (var step = 1; ; step++)
        {
            var before = store.LastSequence;
            Work(store, random, step);
            if (store.LastSequence != before)
            {
                digest = StoreDigest.Of(store);
                if (states.IsChosen(store.LastSequence))
                {
                    states.Write(store.LastSequence, StoreDigest.Lines(store));
                }

                said.Say(Line(step, store, digest));
            }
        }
    }

    private static string Line(int step, KvStore store, ulong digest) => string.Create(CultureInfo.InvariantCulture, $"{step} {store.LastSequence} {digest:x16}");

    private static void Work(KvStore store, Random random, int step)
    {
        var key = $"k{random.Next(Keys)}";
        switch (random.Next(40))
        {
            case < 16:
                store.SetBytes(key, Bytes(random, random.Next(200)));
                break;
            case < 20:
                store.Remove(key);
                break;
            case < 24:
                store.SetBytes(key, Bytes(random, random.Next(50)), new KvEntryOptions { Tags = [$"t{random.Next(3)}"], TimeToLive = TimeSpan.FromHours(1) });
                break;
            case < 29:
                store.Commit(new KvBatch().SetBytes(key, Bytes(random, 20)).Remove($"k{random.Next(Keys)}").SetBytes($"b{random.Next(Keys)}", Bytes(random, 5)));
                break;
            case 29:
                store.RemoveByTag($"t{random.Next(3)}");
                break;
            case 30:
                store.RemoveByPrefix($"k{random.Next(6)}");
                break;
            case 31 when random.Next(20) == 0:
                store.Clear();
                break;
            case 32:
                store.SetBytes("large", Bytes(random, random.Next(30_000)));
                break;
            case 33:
                store.SetBlob(key, "about", Encoding.ASCII.GetBytes($"blob of step {step}"));
                break;
            case 34 when random.Next(4) == 0:
                store.Save();
                break;
            case 35 when random.Next(30) == 0:
                Restore(store, random);
                break;
            default:
                store.Increment($"n{random.Next(5)}");
                break;
        }
    }

    private static void Restore(KvStore store, Random random)
    {
        var snapshots = store.ListSnapshots();
        if (snapshots.Count > 0)
        {
            try
            {
                store.Restore(snapshots[random.Next(snapshots.Count)].FileName, random.Next(2) == 0 ? "" : "k");
            }
            catch (KvSnapshotException exception) when (exception.Reason == KvSnapshotProblem.NotFound)
            {
                // A timed save came in between and made it one too many.
            }
        }
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
