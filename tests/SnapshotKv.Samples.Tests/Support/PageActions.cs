using Microsoft.Playwright;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>What people do at a page.</summary>
internal static class PageActions
{
    /// <summary>Presses a button that sends a form, and waits for the page that answers it: a click alone is over when the button is down.</summary>
    public static async Task SubmitAsync(this ILocator button)
    {
        await button.Page.RunAndWaitForRequestFinishedAsync(
            () => button.ClickAsync(),
            new() { Predicate = static request => request.IsNavigationRequest && request.RedirectedTo is null });
        await button.Page.WaitForLoadStateAsync();
    }
}
