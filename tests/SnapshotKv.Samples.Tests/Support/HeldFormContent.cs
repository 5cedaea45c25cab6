using System.Net;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>A form whose sending stops before its first byte, until it is released. With <c>Expect: 100-continue</c> the server is reading it by then.</summary>
internal sealed class HeldFormContent : HttpContent
{
    private readonly byte[] _form;
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public HeldFormContent(Dictionary<string, string> fields)
    {
        using var form = new FormUrlEncodedContent(fields);
        using var stream = form.ReadAsStream();
        _form = new byte[stream.Length];
        stream.ReadExactly(_form);
        Headers.ContentType = form.Headers.ContentType;
    }

    /// <summary>Completes when the server has asked for the form.</summary>
    public Task Begun => _begun.Task;

    public void Release() => _released.TrySetResult();

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _begun.TrySetResult();
        await _released.Task;
        await stream.WriteAsync(_form);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _form.Length;
        return true;
    }
}
