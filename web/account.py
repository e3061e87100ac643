"""Signing in and out, and one's own password."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from engine.model.wording import say
from engine.runtime import SignInRefused

from .carry import carried_values
from .guard import TOKEN_COOKIE
from .offices import now, offices

blueprint = Blueprint("account", __name__)


def _inside(address: str) -> str:
    """The address if it is a path of this site, else the start page."""
    parts = urlsplit(address)
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_path and not (parts.scheme or parts.netloc) else url_for("todo.index")


@blueprint.get("/sign-in")
def sign_in() -> str | Response:
    """The sign-in page."""
    if g.officer is not None:
        return redirect(url_for("todo.index"))
    return render_template("account/sign_in.html", next=request.args.get("next", ""), carried=[])


@blueprint.post("/sign-in")
def enter() -> str | tuple[str, int] | Response:
    """Check login and password; on success set the session's token."""
    login, target = request.form.get("login", "").strip(), request.form.get("next", "")
    carried = carried_values()
    try:
        token = offices().accounts.sign_in(login, request.form.get("password", ""), now())
    except SignInRefused as refusal:
        page = render_template(
            "account/sign_in.html", login=login, next=target, carried=carried, problem=str(refusal)
        )
        return page, 401
    session.clear()
    if carried:
        page = render_template(
            "account/carry.html", bare=True, target=_inside(target), carried=carried
        )
        response = Response(page, mimetype="text/html")
    else:
        response = redirect(_inside(target), 303)
    response.set_cookie(
        TOKEN_COOKIE, token, httponly=True, samesite="Lax", secure=request.is_secure
    )
    return response


@blueprint.get("/password")
def password() -> str:
    """The page to change one's own password."""
    return render_template("account/password.html")


@blueprint.post("/password")
def change() -> tuple[str, int] | Response:
    """Change it; every session ends, so that a stolen one does too."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise SignInRefused(say("web.password-differs"))
        token = request.cookies.get(TOKEN_COOKIE, "")
        offices().accounts.change_password(token, old, new, now())
    except SignInRefused as refusal:
        return render_template("account/password.html", problem=str(refusal)), 422
    flash(say("web.password-changed"))
    return redirect(url_for("account.sign_in"), 303)


@blueprint.get("/sign-out")
def stay() -> Response:
    """The address of signing out, only looked at, signs nobody out."""
    return redirect(url_for("todo.start"))


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the session in the store, not only in the browser."""
    offices().accounts.sign_out(request.cookies.get(TOKEN_COOKIE, ""))
    session.clear()
    response = redirect(url_for("account.sign_in"), 303)
    response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="Lax")
    return response
