"""Who may see a page, and the headers every answer carries."""

from flask import Flask, Response, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from . import offices
from .carry import typed_values

#: Cookie that holds the session's token; the session itself is in the store.
TOKEN_COOKIE = "qingdan-session"
#: Endpoints open to everyone.
_OPEN = {"static", "account.sign_in", "account.enter", "item.index", "item.show"}

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def _identify() -> AnyResponse | tuple[str, int] | None:
    """Find the officer behind the token; send strangers to the sign-in page."""
    g.identity = g.officer = None
    token = request.cookies.get(TOKEN_COOKIE, "")
    if token and request.endpoint != "static":
        g.identity = offices.offices().accounts.identity(token, offices.now())
        if g.identity is not None:
            g.officer = offices.roster().officer(g.identity.officer_id)
    _refuse_nul()
    if g.officer is not None or request.endpoint in _OPEN:
        return None
    if request.method == "POST":
        # Signed out while filling in a form: what was typed travels through the sign-in.
        return render_template(
            "account/sign_in.html", next=request.path, carried=typed_values(), expired=True
        ), 401
    return redirect(url_for("account.sign_in", next=request.full_path.rstrip("?")))


def _refuse_nul() -> None:
    """No page sends this character, and PostgreSQL takes it in no text."""
    told = (text for _, texts in request.values.lists() for text in texts)
    if any("\0" in text for text in (request.path, *told)):
        abort(400)


def _add_headers(response: Response) -> Response:
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def protect(app: Flask) -> None:
    """Put the guard before every view and the headers on every answer."""
    app.before_request(_identify)
    app.after_request(_add_headers)
