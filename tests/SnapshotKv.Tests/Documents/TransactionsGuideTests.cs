using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Documents;

/// <summary>The code of <c>docs/guides/transactions.md</c>, run.</summary>
public sealed class TransactionsGuideTests
{
    [Fact]
    public void Guide_EachBlock_DoesWhatThePageSays()
    {
        using var temporary = new TemporaryDirectory();
        using var store = KvStore.Open(Path.Combine(temporary.Path, "data"));
        store.Set("account:ada", 100L);
        store.Set("account:grace", 0L);

        // begin transfer
        using (var transaction = store.BeginTransaction())
        {
            transaction.TryGet<long>("account:ada", out var balance);
            if (balance >= 30)
            {
                transaction.Increment("account:ada", -30);
                transaction.Increment("account:grace", 30);
                transaction.Commit();
            }
        }

        // end transfer
        Balance(store, "ada").ShouldBe(70);
        Balance(store, "grace").ShouldBe(30);
        Transfer(store, "account:ada", "account:grace", 70);
        Balance(store, "grace").ShouldBe(100);
        Should.Throw<InvalidOperationException>(() => Transfer(store, "account:ada", "account:grace", 1));
    }

    // begin retry
    private static void Transfer(KvStore store, string from, string to, long amount)
    {
        while (true)
        {
            try
            {
                using var transaction = store.BeginTransaction();
                if (transaction.Increment(from, -amount) < 0)
                {
                    throw new InvalidOperationException($"{from} has less than {amount}.");
                }

                transaction.Increment(to, amount);
                transaction.Commit();
                return;
            }
            catch (KvConflictException)
            {
                // Somebody else changed one of the accounts meanwhile. Nothing was done; look again.
            }
        }
    }

    // end retry
    private static long Balance(KvStore store, string name)
    {
        store.TryGet<long>($"account:{name}", out var balance).ShouldBeTrue();
        return balance;
    }
}
