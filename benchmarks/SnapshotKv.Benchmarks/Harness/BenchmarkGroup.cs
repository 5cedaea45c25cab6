namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Cases that are measured together and share a page of results.</summary>
/// <param name="Name">Chosen with <c>--groups</c>; also the page's file name.</param>
/// <param name="Title">The page's title.</param>
/// <param name="Method">What is compared with what, for the page's head.</param>
/// <param name="Run">Measures.</param>
internal sealed record BenchmarkGroup(string Name, string Title, string Method, Action<RunOptions, Report> Run);
