using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Engine;

/// <summary>Tells once that something under a prefix has changed. One token serves all who watch the same prefix at the same time.</summary>
/// <remarks>The feed keeps a token that has callbacks; one that nobody has a callback on, nor holds, is forgotten.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The source has no timer and nobody asks for its wait handle.")]
internal sealed class ChangeToken(ChangeTokenTable table, byte[] prefix) : IChangeToken
{
    private readonly CancellationTokenSource _source = new();
    private volatile bool _hasChanged;

    public bool HasChanged => _hasChanged;

    public bool ActiveChangeCallbacks => true;

    public byte[] Prefix { get; } = prefix;

    /// <summary>Table's lock: how many callbacks there are.</summary>
    public int CallbackCount { get; set; }

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state)
    {
        table.Keep(this);
        return new Registration(this, _source.Token.UnsafeRegister(callback, state));
    }

    /// <summary>From here on the token has changed; its callbacks come with <see cref="Fire"/>.</summary>
    public void MarkChanged() => _hasChanged = true;

    /// <summary>Runs the callbacks. Their exceptions come out together.</summary>
    public void Fire() => _source.Cancel();

    /// <summary>A callback that is waiting.</summary>
    private sealed class Registration(ChangeToken token, CancellationTokenRegistration registration) : IDisposable
    {
        private ChangeToken? _token = token;

        public void Dispose()
        {
            registration.Dispose();
            Interlocked.Exchange(ref _token, null)?.Release();
        }
    }

    private void Release() => table.Release(this);
}
