"""Serving the pages: waitress, and a thread that lets due timers fire."""

import logging
import threading
from collections.abc import Callable

import waitress
from flask import Flask

from engine.model.errors import QingdanError, reason_of
from engine.model.wording import say
from engine.runtime.timers import Scheduler, Timers

from . import LARGEST_REQUEST

_log = logging.getLogger(__name__)
#: A line of what goes wrong while serving says when.
_LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class AddressTaken(QingdanError):
    """The address to serve on cannot be had."""


def _complain(office: Timers | None, error: QingdanError) -> None:
    whose = office.id if office else say("web.every-office")
    _log.warning(say("web.round-failed", office=whose, reason=str(error)))


def serve(app: Flask, host: str, port: int, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    on_ready : called once the address takes connections.

    Raises
    ------
    AddressTaken
        Somebody else listens there, or the address is not this machine's, or none.
    """
    logging.basicConfig(format=_LINE)
    try:
        server = waitress.create_server(
            app,
            host=host,
            port=port,
            threads=8,
            ident="qingdan",
            # Above the application's own limit, which answers with a page that helps.
            max_request_body_size=LARGEST_REQUEST * 2,
        )
    except (OSError, ValueError) as error:
        # Waitress says no more of a name that nothing answers to.
        reason = reason_of(error) if isinstance(error, OSError) else say("web.no-such-host")
        raise AddressTaken(say("web.address-taken", host=host, port=port, reason=reason)) from error
    stop = threading.Event()
    offices = app.extensions["offices"]
    scheduler = Scheduler(offices.every, _complain)
    threading.Thread(target=scheduler.run, args=(stop,), daemon=True).start()
    on_ready()
    try:
        server.run()
    finally:
        stop.set()
        server.close()
