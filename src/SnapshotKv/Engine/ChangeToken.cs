using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Engine;

/// <summary>Tells once that something under a prefix has changed. One token serves all who watch the same prefix at the same time.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The source has no timer and nobody asks for its wait handle.")]
internal sealed class ChangeToken(byte[] prefix) : IChangeToken
{
    private readonly CancellationTokenSource _source = new();
    private volatile bool _hasChanged;

    public bool HasChanged => _hasChanged;

    public bool ActiveChangeCallbacks => true;

    public byte[] Prefix { get; } = prefix;

    public bool Concerns(KvChangeKind kind, ReadOnlySpan<byte> key) =>
        key.StartsWith(Prefix) || (kind == KvChangeKind.Reset && Prefix.AsSpan().StartsWith(key));

    public IDisposable RegisterChangeCallback(Action<object?> callback, object? state) => _source.Token.UnsafeRegister(callback, state);

    /// <summary>From here on the token has changed; its callbacks come with <see cref="Fire"/>.</summary>
    public void MarkChanged() => _hasChanged = true;

    /// <summary>Runs the callbacks. Their exceptions come out together.</summary>
    public void Fire() => _source.Cancel();
}
