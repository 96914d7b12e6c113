"""The HTML of the hosted pages: one plain column, works without JavaScript, the amount always in sight. No business in
here."""

from __future__ import annotations

from html import escape
from typing import Any

from infra.local.stripe.objects.common import money

Json = dict[str, Any]

STYLE = """
:root { color-scheme: light dark; --paper:#f6f8fa; --surface:#fff; --ink:#1a1f36; --muted:#545969; --line:#d5dbe1;
  --accent:#0b5a63;
  --on-accent:#fff; --bad:#9f2420; --bad-weak:#faeae9; --test-weak:#fbf1dc; --test:#6e4600 }
@media (prefers-color-scheme: dark) { :root { --paper:#10161c; --surface:#171f27; --ink:#e9edf0; --muted:#a3aeb9;
  --line:#3a4550;
  --accent:#6cc3c9; --on-accent:#08272b; --bad:#f0948f; --bad-weak:#3a1b1a; --test-weak:#33280f; --test:#e6bb66 } }
* { box-sizing: border-box }
body { margin:0; background:var(--paper); color:var(--ink);
  font:100%/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;
  font-variant-numeric: tabular-nums }
main { max-width:27rem; margin:0 auto; padding:1.5rem 1.25rem 3rem }
.test { display:inline-block; background:var(--test-weak); color:var(--test); font-size:.75rem; font-weight:650;
  letter-spacing:.03em;
  padding:.1rem .5rem; border-radius:4px }
a { color:var(--accent); text-underline-offset:.18em }
.back { display:inline-block; padding:.5rem 0 }
.due { position:sticky; top:0; background:var(--paper); padding:.5rem 0 .75rem; border-bottom:1px solid var(--line);
  margin-bottom:1rem }
.due p { margin:0; color:var(--muted) } .due strong { display:block; font-size:2rem; line-height:1.2;
  letter-spacing:-.02em }
ul.lines { list-style:none; padding:0; margin:0 0 1.5rem }
ul.lines li { display:flex; justify-content:space-between; gap:1rem; padding:.35rem 0 }
.muted { color:var(--muted); font-size:.9rem }
form, .box { background:var(--surface); border:1px solid var(--line); border-radius:10px; padding:1.25rem }
h1 { font-size:1.25rem; line-height:1.25; margin:0 0 .75rem } h2 { font-size:1.05rem; margin:1.25rem 0 .25rem }
label { display:block; font-weight:600; font-size:.92rem; margin:.9rem 0 .25rem }
input { font:inherit; color:inherit; background:var(--surface); border:1px solid var(--muted); border-radius:6px;
  padding:.6rem .7rem;
  width:100%; min-height:2.75rem } input[readonly] { background:var(--paper) }
.pair { display:grid; align-items:end; grid-template-columns:1fr 1fr; gap:.75rem }
button { font:inherit; font-weight:650; width:100%; min-height:3rem; margin-top:1.25rem;
  border:1px solid var(--accent); border-radius:6px;
  background:var(--accent); color:var(--on-accent); cursor:pointer }
button.quiet { background:transparent; color:var(--accent); margin-top:.6rem }
:focus-visible { outline:3px solid var(--accent); outline-offset:2px }
.error { background:var(--bad-weak); color:var(--bad); border-radius:6px; padding:.7rem .9rem; margin:0 0 1rem;
  font-weight:600 }
details { margin-top:1.25rem } summary { cursor:pointer; padding:.4rem 0 } table { border-collapse:collapse;
  width:100%; font-size:.9rem }
td { padding:.3rem 0; border-top:1px solid var(--line) } td:last-child { text-align:right;
  font-family:ui-monospace,monospace }
"""

TEST_CARDS = (
    ("Succeeds", "4242 4242 4242 4242"),
    ("Asks for 3-D Secure", "4000 0027 6000 3184"),
    ("Is declined", "4000 0000 0000 0002"),
    ("Has insufficient funds", "4000 0000 0000 9995"),
    ("Has expired", "4000 0000 0000 0069"),
    ("Refund stays pending first", "4000 0000 0000 7726"),
    ("Refund fails later", "4000 0000 0000 5126"),
)


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1">'
        f'<meta name="robots" content="noindex"><title>{escape(title)}</title><style>{STYLE}</style></head>'
        f'<body><main><p><span class="test">TEST MODE · local Stripe simulator</span></p>{body}</main></body></html>'
    )


def _amount(session: Json) -> str:
    return money(session["amount_total"], session["currency"])


def _lines(session: Json) -> str:
    items = []
    for line in session["_line_items"]:
        count = f" × {line['quantity']}" if line["quantity"] > 1 else ""
        detail = f'<br><span class="muted">{escape(line["_detail"])}</span>' if line["_detail"] else ""
        amount = money(line["amount_total"], line["currency"])
        items.append(f"<li><span>{escape(line['description'])}{count}{detail}</span><span>{amount}</span></li>")
    return f'<ul class="lines">{"".join(items)}</ul>'


def _header(session: Json) -> str:
    back = f'<a class="back" href="{escape(session["cancel_url"])}">← Back</a>' if session["cancel_url"] else ""
    return f'{back}<div class="due"><p>Pay Rota</p><strong>{_amount(session)}</strong></div>{_lines(session)}'


def _hints() -> str:
    rows = "".join(f"<tr><td>{what}</td><td>{number}</td></tr>" for what, number in TEST_CARDS)
    advice = '<p class="muted">Any future date and any three digits will do.</p>'
    return f"<details><summary>Test cards</summary><table>{rows}</table>{advice}</details>"


def pay_page(session: Json, entered: dict[str, str], error: str = "") -> str:
    """The card form; `entered` refills all but the card number and the security code."""
    email = session["customer_email"] or entered.get("email") or (session["customer_details"] or {}).get("email") or ""
    locked = " readonly" if session["customer_email"] else ""
    alert = f'<p class="error" role="alert" id="error">{escape(error)}</p>' if error else ""
    described = ' aria-describedby="error" aria-invalid="true" autofocus' if error else ""
    note = session["custom_text"]["submit"]
    form = f"""<form method="post" action="/pay/{session["id"]}"><h1>Pay with card</h1>{alert}
<label for="email">Email</label>
<input id="email" name="email" type="email" autocomplete="email" required value="{escape(email)}"{locked}>
<label for="number">Card number</label>
<input id="number" name="card_number" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234"
  required{described}>
<div class="pair"><div><label for="expiry">Expires</label>
<input id="expiry" name="exp" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" required
value="{escape(entered.get("exp", ""))}"></div>
<div><label for="cvc">CVC</label>
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" required></div></div>
<label for="name">Cardholder name</label>
<input id="name" name="name" autocomplete="cc-name" required value="{escape(entered.get("name", ""))}">
<button>Pay {_amount(session)}</button>
{f'<p class="muted">{escape(note["message"])}</p>' if note else ""}</form>{_hints()}"""
    return _document(f"Pay {_amount(session)}", _header(session) + form)


def challenge_page(session: Json) -> str:
    """The bank's 3-D Secure question."""
    form = f"""<form method="post" action="/pay/{session["id"]}/challenge"><h1>3-D Secure</h1>
<p>Your bank asks you to confirm this payment of {_amount(session)} to Rota.</p>
<button name="action" value="complete">Complete authentication</button>
<button class="quiet" name="action" value="fail">Fail authentication</button></form>"""
    return _document("Confirm the payment", _header(session) + form)


def closed_page(session: Json) -> str:
    """A session that can no longer be paid: complete or expired, each with a way on."""
    if session["status"] == "complete":
        url = session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])
        title, link = "This payment is done", "Continue to Rota"
        text = f"{_amount(session)} was already paid here. Nothing was charged again."
    else:
        url = session["cancel_url"]
        title, link = "This page has expired", "Back to Rota"
        text = "The time to pay here is over and nothing was charged. Go back to Rota to see what you can do next."
    onward = f'<p><a href="{escape(url)}">{link}</a></p>' if url else ""
    return _document(title, f'<div class="box"><h1>{title}</h1><p>{text}</p>{onward}</div>')


def index_page(sessions: list[Json], deliveries: list[Json]) -> str:
    """What happened lately, for whoever opens the simulator's own address."""
    paid = "".join(
        "<tr><td><a "
        f'href="/pay/{session["id"]}">{escape(session["client_reference_id"] or session["id"][:20])}</a></td>'
        f"<td>{_amount(session)} {session['status']}</td></tr>"
        for session in sessions
    )
    sent = "".join(
        f"<tr><td>{row['event_type']}</td><td>{row['state']} ({len(row['attempts'])})</td></tr>" for row in deliveries
    )
    none = "<tr><td>none yet</td><td></td></tr>"
    body = f"""<h1>Stripe simulator</h1>
<p class="muted">It stands in for Stripe's test mode on this machine; nothing here is real money.</p>
<h2>Latest Checkout Sessions</h2><table>{paid or none}</table>
<h2>Latest webhook deliveries (attempts)</h2><table>{sent or none}</table>{_hints()}"""
    return _document("Stripe simulator", body)


def missing_page() -> str:
    text = "This payment page does not exist. Check the address, or go back to the site that sent you here."
    return _document("Something went wrong", f'<div class="box"><h1>Something went wrong</h1><p>{text}</p></div>')


def receipt_page(charge: Json) -> str:
    """What `receipt_url` of a charge shows."""
    paid = money(charge["amount"], charge["currency"])
    back = money(charge["amount_refunded"], charge["currency"])
    refunded = f"<p>Refunded: {back}</p>" if charge["amount_refunded"] else ""
    card = charge["payment_method_details"]["card"]
    return _document(
        "Receipt",
        f'<div class="box"><h1>Receipt from Rota</h1><p>Paid: {paid} with {escape(card["brand"])} ending in '
        f'{escape(card["last4"])}</p>{refunded}<p class="muted">{escape(charge["id"])}</p></div>',
    )
