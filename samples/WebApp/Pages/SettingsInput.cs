namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>What somebody wants the settings to be.</summary>
/// <param name="FreeDelivery">Whether delivery costs nothing.</param>
/// <param name="Notice">What stands at the top of all pages.</param>
/// <param name="Author">Who wants it.</param>
/// <param name="Reason">Why.</param>
/// <param name="Version">The version of the configuration that they saw when they decided so.</param>
internal sealed record SettingsInput(bool FreeDelivery, string Notice, string? Author, string? Reason, string Version);
