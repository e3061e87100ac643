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


class AddressTaken(QingdanError):
    """The address to serve on cannot be had."""


def _complain(office: Timers, error: QingdanError) -> None:
    _log.warning("timers of %s wait for the next round: %s", office.id, error)


def serve(app: Flask, host: str, port: int, *, on_ready: Callable[[], None] = lambda: None) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    on_ready : called once the address takes connections.

    Raises
    ------
    AddressTaken
        Somebody else listens there, or the address is not this machine's.
    """
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
    except OSError as error:
        reason = reason_of(error)
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
