using Microsoft.Playwright;

namespace SnapshotKv.Samples.Tests.Support;

/// <summary>What people do at a page.</summary>
internal static class PageActions
{
    private const int PollingMilliseconds = 20;

    /// <summary>Presses a button that sends a form, and waits for the page that answers it: a click alone is over when the button is down.</summary>
    public static async Task SubmitAsync(this ILocator button)
    {
        // The answer is another document, also at the same address: the mark is gone with the old one.
        await button.Page.EvaluateAsync("document.documentElement.dataset.left = ''");
        await button.ClickAsync();
        await button.Page.WaitForFunctionAsync(
            "!('left' in document.documentElement.dataset) && document.readyState === 'complete'",
            options: new() { PollingInterval = PollingMilliseconds });
    }
}
