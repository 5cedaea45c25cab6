using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SnapshotKv.Samples.WebApp.Shop;

namespace SnapshotKv.Samples.WebApp.Pages;

/// <summary>The cart, which lies in the session.</summary>
internal sealed class CartPage(Layout layout, IOptionsMonitor<ShopOptions> shop)
{
    private const string Path = "/cart";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, (HttpContext http, CartPage page) => page.Render(http).ToResult());
        app.MapGet("/parts/bill", (HttpContext http, CartPage page) => page.RenderBill(new Cart(http.Session)).ToResult());
        app.MapPost(Path, ([FromForm] string? more, [FromForm] string? less, HttpContext http) => Change(new Cart(http.Session), more, less));
        app.MapPost(Path + "/empty", ([FromForm] string? confirmed, HttpContext http) => Empty(new Cart(http.Session)));
    }

    private static IResult Change(Cart cart, string? more, string? less)
    {
        if (Product.Find(more ?? less) is not { } product)
        {
            return Results.BadRequest();
        }

        cart.Change(product, more is null ? -1 : 1);
        // Back to the button that was pressed, so that the keyboard goes on where it was; one that cannot be pressed again gives way to its neighbour.
        var button = more is null && cart.QuantityOf(product) > 0 ? "less" : "more";
        return Results.Redirect($"{Path}#{button}-{product.Id}");
    }

    private static IResult Empty(Cart cart)
    {
        cart.Clear();
        return Results.Redirect(Path);
    }

    private Html Render(HttpContext http)
    {
        var cart = new Cart(http.Session);
        return layout.Render(Path, "A cart that two tabs cannot lose", Html.Of($"""
            Open this page in a second tab and change another line there, at the same time if you can: the session is saved line by line,
            so neither tab undoes the other. A restart takes nothing out either.
            """), Html.Of($"""
            <section aria-labelledby="lines">
            <h2 id="lines">Lines</h2>
            <form method="post" action="{Path}">
            {layout.RenderToken(http)}
            <ul class="lines">{Html.Concat(Product.All.Select(product => RenderLine(product, cart.QuantityOf(product))))}</ul>
            </form>
            </section>

            <section aria-labelledby="bill">
            <h2 id="bill">Bill</h2>
            <div data-live="/parts/bill">{RenderBill(cart)}</div>
            <form method="post" action="{Path}/empty">{layout.RenderToken(http)}<button class="plain" {Disabled(cart.Bill(shop.CurrentValue).Pieces == 0)}>Empty the cart</button></form>
            </section>
            """));
    }

    private Html RenderBill(Cart cart)
    {
        var bill = cart.Bill(shop.CurrentValue);
        return Html.Of($"""
            <dl class="bill">
            <div><dt>{bill.Pieces} {(bill.Pieces == 1 ? "piece" : "pieces")}</dt><dd>{Money.Format(bill.GoodsCents)}</dd></div>
            <div><dt>Delivery</dt><dd>{(shop.CurrentValue.FreeDelivery ? "free" : Money.Format(bill.DeliveryCents))}</dd></div>
            <div class="total"><dt>Total</dt><dd>{Money.Format(bill.TotalCents)}</dd></div>
            </dl>
            """);
    }

    private static Html RenderLine(Product product, int quantity) => Html.Of($"""
        <li>
        <span class="what"><span id="name-{product.Id}">{product.Name}</span> <span class="price">{Money.Format(product.Cents)}</span></span>
        <span class="stepper">
        <button id="less-{product.Id}" name="less" value="{product.Id}" aria-label="One {product.Name} less" {Disabled(quantity == 0)}>−</button>
        <output aria-labelledby="name-{product.Id}">{quantity}</output>
        <button id="more-{product.Id}" name="more" value="{product.Id}" aria-label="One {product.Name} more" {Disabled(quantity == Cart.MostOfOne)}>+</button>
        </span>
        </li>
        """);

    private static Html Disabled(bool disabled) => new(disabled ? "disabled" : "");
}
