"""The pages: a Flask application on top of the engine.

Views read input, call the engine and render; rules and SQL live below. All
pages are plain HTML forms that work without JavaScript.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from tempfile import mkstemp

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from engine.model.controls import load_controls
from engine.model.errors import UnreadablePath, reason_of
from engine.model.wording import say
from engine.runtime.accounts import Accounts
from engine.runtime.clock import system_clock
from engine.store import open_store

from . import (
    account,
    attachment,
    batch,
    case,
    clock,
    dealing,
    due,
    errors,
    guard,
    item,
    journal,
    returning,
    roster,
    signing,
    standing_in,
    text,
    todo,
    version,
    work_item,
)
from .offices import Offices
from .verifying import Verifications

#: Largest request taken at all; single files are refused above ``upload.LARGEST_FILE``.
LARGEST_REQUEST = 200 * 1024 * 1024
#: A clerk may leave a form open over lunch; the session's own age is the limit.
_DEFAULTS = {
    "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
    # A village of a thousand households is a form of ten thousand small parts.
    "MAX_FORM_PARTS": 50_000,
    "MAX_FORM_MEMORY_SIZE": 16 * 1024 * 1024,
    "WTF_CSRF_TIME_LIMIT": None,
    "SESSION_COOKIE_NAME": "qingdan-form",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
}


def _secret_key(instance: Path) -> str:
    """The key that signs forms, made at first use and kept for the next start.

    Raises
    ------
    UnreadablePath
        The directory that keeps it cannot be used.
    """
    path = instance / "secret-key"
    try:
        if not path.exists():
            instance.mkdir(parents=True, exist_ok=True)
            # Readable by its owner alone, and whole before it has its name.
            handle, fresh = mkstemp(dir=instance)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
            Path(fresh).replace(path)
        return path.read_text("ascii")
    except OSError as error:
        reason = reason_of(error)
        raise UnreadablePath(say("web.key-unusable", reason=reason), path=path) from error


def create_app(config: Mapping[str, object]) -> Flask:
    """The application.

    Parameters
    ----------
    config : ``STORE`` (an open store) or ``DATABASE_URL``; ``CLOCK`` (a callable
        giving an aware datetime), ``ACCOUNTS``, ``SECRET_KEY`` and ``INSTANCE`` (the directory
        that keeps the key) are optional, as is any setting of Flask.
    """
    app = Flask(__name__)
    app.config.update(_DEFAULTS)
    app.config.update(config)
    if not app.config.get("SECRET_KEY"):
        app.config["SECRET_KEY"] = _secret_key(Path(app.config.get("INSTANCE", "instance")))
    store = app.config.get("STORE") or open_store(str(app.config["DATABASE_URL"]))
    app.extensions["offices"] = Offices(
        store,
        accounts=app.config.get("ACCOUNTS") or Accounts(store),
        controls=load_controls(),
        clock=app.config.get("CLOCK") or system_clock,
    )
    app.extensions["verifications"] = Verifications()
    guard.protect(app)
    CSRFProtect(app)
    errors.register(app)
    text.register(app)
    cases = (batch, case, clock, dealing, due, returning, signing, todo, work_item)
    for noun in (account, attachment, item, journal, roster, standing_in, version, *cases):
        app.register_blueprint(noun.blueprint)
    return app
