"""The journal as a whole (办理日志): sealed, verified, read and taken away by who oversees."""

import shutil
from collections.abc import Mapping
from tempfile import TemporaryFile
from typing import BinaryIO

import segno
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as AnyResponse

from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime.oversight import DISPUTED, Verdict, groups, root_in
from engine.store.examination import spoken
from engine.store.export import read
from engine.store.progress import Told
from engine.store.sealing import Seal

from .forms import form_key
from .offices import now, office, officer
from .text import day, local
from .verifying import Verification, Verifications

blueprint = Blueprint("journal", __name__, url_prefix="/journal")

Page = tuple[str, int]

#: Seals of one page, and rows of the office's own chain.
SEALS, ROWS = 31, 50
#: Last page of either: a database takes no larger offset than it can count.
LAST_PAGE = 100_000
#: How long whoever starts a verification waits for its end before it is left to itself.
PATIENCE_S = 2.0


@blueprint.before_request
def _check() -> None:
    office().check_oversees(officer())


@blueprint.app_template_global()
def oversees() -> bool:
    """Whether the officer signed in looks into the journal."""
    return office().may_oversee(officer())


blueprint.app_template_filter()(groups)


def _verifications() -> Verifications:
    found: Verifications = current_app.extensions["verifications"]
    return found


def _page_number() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)


@blueprint.get("")
def index() -> Page:
    """The last seal and verification, every seal, and what can be done."""
    return _index()


def _index(
    problems: Mapping[str, str] | None = None, alert: str = "", said: str = "", status: int = 200
) -> Page:
    made, page = office().seals()[::-1], _page_number()
    verified = office().last_verification()
    html = render_template(
        "journal/index.html",
        seals=made[(page - 1) * SEALS : page * SEALS],
        last=made[0] if made else None,
        is_sealed_today=bool(made) and local(made[0].at).date() == local(now()).date(),
        page=page,
        has_more=len(made) > page * SEALS,
        verified=verified,
        advice=say("oversight.advice"),
        is_disputed=verified is not None and verified.action == DISPUTED,
        running=_running(),
        problems=problems or {},
        alert=alert,
        said=said,
    )
    return html, status


def _running() -> bool:
    last = _verifications().last(office().id)
    return last is not None and not last.is_over


@blueprint.get("/verify")
@blueprint.get("/seal")
@blueprint.get("/check")
def look() -> AnyResponse:
    """What is to be done there, only looked at, does nothing."""
    return redirect(url_for("journal.index"))


@blueprint.post("/verify")
def verify() -> AnyResponse:
    """Verify every chain and seal."""
    return _begin(Verification(by=officer().id, at=now(), key=form_key()))


def _begin(fresh: Verification, file: BinaryIO | None = None) -> AnyResponse:
    mine = office()

    def work(told: Told) -> Verdict:
        against = None
        if file is not None:
            told("reading", 0, 0)
            with file:
                against = read(file, mine.id)
            fresh.rows = against.entries
        return mine.verify_journal(by=fresh.by, against=against, told=told)

    begun = _verifications().begin(mine.id, fresh, work)
    if begun is fresh:
        fresh.wait(PATIENCE_S)
    elif begun.key != fresh.key:
        flash(say("oversight.busy"), "warning")
    return redirect(url_for("journal.verification"), 303)


@blueprint.get("/verification")
def verification() -> str | AnyResponse:
    """How far the last verification has come, or what it found."""
    last = _verifications().last(office().id)
    if last is None:
        return redirect(url_for("journal.index"))
    found = last.verdict.breaches if last.verdict else ()
    return render_template(
        "journal/verification.html",
        verification=last,
        verdict=last.verdict,
        advice=say("oversight.advice"),
        breaches=[(breach, spoken(breach)) for breach in found],
    )


@blueprint.post("/check")
def check() -> Page | AnyResponse:
    """Hold the journal against a seal from paper, or against a file taken away before."""
    text, file = request.form.get("root", "").strip(), None
    at = "file"
    try:
        chosen = request.files.get("file")
        if chosen is not None and chosen.filename:
            text, file = _sent(chosen, text)
        at = "root"
        digits = root_in(text) if text or file is None else ""
    except QingdanError as error:
        return _index({at: str(error)}, said=text, status=422)
    fresh = Verification(by=officer().id, at=now(), key=form_key())
    if digits:
        try:
            fresh.seal = office().seal_with(digits)
        except QingdanError as error:
            return _index(alert=str(error), said=text, status=422)
    return _begin(fresh, file)


def _sent(chosen: FileStorage, text: str) -> tuple[str, BinaryIO | None]:
    """The text of a seal, typed or in a file, and an export that outlasts the request.

    Raises
    ------
    UnusableExport
        The file begins as an export does, and is none of this office.
    """
    first = chosen.stream.readline()
    if not first.startswith(b"{"):
        sent = (first + chosen.stream.read()).decode(errors="replace")
        return text or sent, None
    read([first], office().id)
    # Closed once it is read, long after the request.
    kept = TemporaryFile()  # noqa: SIM115
    chosen.stream.seek(0)
    shutil.copyfileobj(chosen.stream, kept)
    kept.seek(0)
    return text, kept


@blueprint.post("/seal")
def seal() -> AnyResponse:
    """Seal the journal as it stands, and go on to what is to be printed."""
    made = office().seal_journal(by=officer().id, key=form_key())
    flash(say("oversight.sealed", number=made.number))
    return redirect(url_for("journal.show", number=made.number), 303)


def _seal(number: int) -> tuple[Seal, str]:
    """A seal, and the root of the one before."""
    made = office().seals()
    if not 1 <= number <= len(made):
        abort(404)
    return made[number - 1], made[number - 2].root if number > 1 else ""


@blueprint.get("/seals/<int:number>")
def show(number: int) -> str:
    """One seal, to be printed, signed and kept."""
    made, previous = _seal(number)
    return render_template(
        "journal/seal.html",
        seal=made,
        previous=previous,
        sealer=office().sealer(made),
        code=segno.make(made.root, error="m").svg_inline(scale=3, border=2),
    )


@blueprint.get("/office")
def own() -> str:
    """The office's own chain: appointments, publications, seals."""
    page = _page_number()
    found = office().office_journal(limit=ROWS + 1, offset=(page - 1) * ROWS)
    return render_template(
        "journal/office.html",
        entries=found[:ROWS],
        titles={edition.process_id: edition.title for edition in office().editions()},
        page=page,
        has_more=len(found) > ROWS,
    )


@blueprint.get("/export")
def export() -> Response:
    """All of it as a file, like the command makes it; sent while it is read."""
    lines = stream_with_context(office().journal_lines())
    response = Response(lines, mimetype="application/x-ndjson")
    name = f"{office().id}-{day(now())}.jsonl"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
