using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// SQLite behind <see cref="IDistributedCache"/>, as fast as one writes it by hand: one connection under a lock, statements prepared once, journal in
/// WAL mode, <c>synchronous</c> NORMAL, or FULL where each write is to be on the device. It keeps no expiries.
/// </summary>
internal sealed class SqliteCache : IDistributedCache, IDisposable
{
    private readonly Lock _turn = new();
    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _get;
    private readonly SqliteCommand _set;
    private readonly SqliteCommand _remove;

    public SqliteCache(string path, bool isFlushed = false)
    {
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        _connection.Open();
        using (var setup = _connection.CreateCommand())
        {
            setup.CommandText = $"PRAGMA journal_mode = WAL; PRAGMA synchronous = {(isFlushed ? "FULL" : "NORMAL")}; CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;";
            setup.ExecuteNonQuery();
        }

        _get = Prepare("SELECT value FROM entries WHERE key = $key", "$key");
        _set = Prepare("INSERT INTO entries (key, value) VALUES ($key, $value) ON CONFLICT (key) DO UPDATE SET value = excluded.value", "$key", "$value");
        _remove = Prepare("DELETE FROM entries WHERE key = $key", "$key");
    }

    public byte[]? Get(string key)
    {
        lock (_turn)
        {
            _get.Parameters[0].Value = key;
            return (byte[]?)_get.ExecuteScalar();
        }
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options)
    {
        lock (_turn)
        {
            _set.Parameters[0].Value = key;
            _set.Parameters[1].Value = value;
            _set.ExecuteNonQuery();
        }
    }

    public void Remove(string key)
    {
        lock (_turn)
        {
            _remove.Parameters[0].Value = key;
            _remove.ExecuteNonQuery();
        }
    }

    public void Refresh(string key)
    {
        // Without expiries there is nothing to move.
    }

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Set(key, value, options);
        return Task.CompletedTask;
    }

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Dispose()
    {
        _get.Dispose();
        _set.Dispose();
        _remove.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Prepare(string text, params string[] parameters)
    {
        var command = _connection.CreateCommand();
        command.CommandText = text;
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(new(parameter, parameter == "$key" ? SqliteType.Text : SqliteType.Blob));
        }

        command.Prepare();
        return command;
    }
}
