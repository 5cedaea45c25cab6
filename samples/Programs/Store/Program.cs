using SnapshotKv;

using var store = KvStore.Open("data");

var runs = store.Increment("runs");
store.Set($"user:{runs}", "Ada", new KvEntryOptions { Tags = ["people"] });
store.Set("code", 4711, new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(20) });

Console.WriteLine($"Run {runs}, people: {string.Join(", ", store.GetKeysByTag("people"))}");
