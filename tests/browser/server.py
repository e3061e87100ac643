"""The pages on a database, with a clock read from a file: run as its own process.

Arguments: database URL, file holding the present moment, directory for the key, port.
"""

import sys
from datetime import datetime
from pathlib import Path

from web import create_app
from web.server import serve


def main(url: str, clock_file: str, instance: str, port: str) -> None:
    """Serve, and say so on stdout once connections are taken."""

    def clock() -> datetime:
        return datetime.fromisoformat(Path(clock_file).read_text("ascii"))

    app = create_app({"DATABASE_URL": url, "CLOCK": clock, "INSTANCE": instance})
    serve(app, "127.0.0.1", int(port), on_ready=lambda: print("ready", flush=True))


if __name__ == "__main__":
    main(*sys.argv[1:])
