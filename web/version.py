"""Versions of the items (版本): what applies from when, and moving running cases (换版本)."""

import io
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from engine.model.errors import QingdanError
from engine.model.wording import say
from engine.runtime import Edition, EditionState, NotAllowed, Report
from engine.runtime.batch.sheet import excel

from .errors import again
from .forms import form_key, new_key, typed
from .offices import office, officer
from .standing_in import is_head
from .text import day, local, moment, person

blueprint = Blueprint("version", __name__, url_prefix="/versions")

Page = tuple[str, int]

#: Cases one page plans, and one request moves.
PLAN_SIZE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_HEADS = ("办件", "原版本指纹", "新版本指纹", "结果", "为什么不能换")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A procedure with its editions, the latest one first."""

    process_id: str
    #: Empty for a sub-procedure.
    code: str
    title: str
    #: What new cases run on; None where none are opened any more.
    current: Edition | None
    planned: tuple[Edition, ...]
    editions: tuple[Edition, ...]
    #: Running cases that are not on what is in force, called procedures included.
    behind: int


def _line_of(process_id: str) -> Line:
    editions = [e for e in office().editions(process_id) if e.process_id == process_id]
    if not editions:
        abort(404)
    return _line(process_id, tuple(editions[::-1]), office().cases_behind()[process_id])


def _lines() -> tuple[Line, ...]:
    """Every procedure ever published: items by code, then sub-procedures."""
    behind = office().cases_behind()
    by_process: dict[str, list[Edition]] = {}
    for edition in office().editions():
        by_process.setdefault(edition.process_id, []).insert(0, edition)
    found = [
        _line(process, tuple(editions), behind[process]) for process, editions in by_process.items()
    ]
    return tuple(sorted(found, key=lambda line: (not line.code, line.code, line.title)))


def _line(process_id: str, editions: tuple[Edition, ...], behind: int) -> Line:
    named = next(edition for edition in editions if edition.digest)
    in_force = (e for e in editions if e.state is EditionState.IN_FORCE and e.digest)
    return Line(
        process_id=process_id,
        code=named.code,
        title=named.title,
        current=next(in_force, None),
        planned=tuple(e for e in editions if e.state is EditionState.PLANNED),
        editions=editions,
        behind=behind,
    )


@blueprint.app_template_filter()
def outcome(value: str) -> str:
    """The Chinese word for what became of a case."""
    return say(f"migration.outcome.{value}")


@blueprint.app_template_filter()
def edition_state(edition: Edition) -> str:
    """The Chinese word for where an edition stands."""
    ends = edition.digest is None and edition.state is not EditionState.CALLED_OFF
    return say(f"versions.state.{'ended' if ends else edition.state}")


@blueprint.get("")
def index() -> Page:
    """What is in force, what is to come and can be called off, and the bulk moves made."""
    return _index()


def _index(alert: str = "", status: int = 200) -> Page:
    lines = _lines()
    planned: dict[date, list[Line]] = {}
    for line in lines:
        for edition in line.planned:
            planned.setdefault(local(edition.since).date(), []).append(line)
    page = render_template(
        "version/index.html",
        lines=lines,
        planned=sorted(planned.items()),
        rounds=office().migration_rounds(),
        is_head=is_head(),
        alert=alert,
    )
    return page, status


@blueprint.get("/<process_id>")
def show(process_id: str) -> Page:
    """The editions of one procedure."""
    return _show(process_id)


def _show(process_id: str, alert: str = "", status: int = 200) -> Page:
    line = _line_of(process_id)
    return render_template("version/show.html", line=line, is_head=is_head(), alert=alert), status


@blueprint.get("/<process_id>/files/<digest>")
def file(process_id: str, digest: str) -> Response:
    """A file as it was published, byte for byte."""
    name, content = office().version_file(process_id, digest)
    return send_file(
        io.BytesIO(content), mimetype="application/xml", as_attachment=True, download_name=name
    )


@blueprint.post("/call-off")
def call_off() -> Page | Response:
    """Withdraw what is to take effect on a day: one procedure, or all of that day."""
    process = request.form.get("process", "")
    try:
        on = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        abort(400)
    try:
        gone = office().call_off(on, [process] if process else [], by=officer().id, key=form_key())
    except QingdanError as error:
        return _show(process, **again(error)) if process else _index(**again(error))
    flash(f"已撤销 {on} 起生效的 {len(gone)} 个流程的版本，仍按现行版本受理。")
    place = url_for("version.show", process_id=process) if process else url_for("version.index")
    return redirect(place, 303)


@blueprint.get("/<process_id>/plan")
def plan(process_id: str) -> Page:
    """What putting running cases on the version in force would mean, case by case."""
    return _plan(process_id)


def _plan(process_id: str, alert: str = "", status: int = 200) -> Page:
    if not is_head():
        raise NotAllowed(say("migration.not-head"))
    line = _line_of(process_id)
    if line.current is None:
        raise NotAllowed(say("migration.nothing-in-force", name=line.title))
    source = request.values.get("from", "")
    renamed = _renamed()
    cases = office().cases_on(process_id, source)
    page = max(1, request.args.get("page", 1, type=int))
    shown = cases[(page - 1) * PLAN_SIZE : page * PLAN_SIZE]
    reports = tuple(office().migrate_all(shown, to=str(line.current.digest), renamed=renamed))
    refused = [r.plan for r in reports if r.plan and r.outcome == "refused"]
    return render_template(
        "version/plan.html",
        line=line,
        source=source,
        total=len(cases),
        reports=reports,
        renamings=dict.fromkeys(t for r in reports if r.plan for t in r.plan.renaming_texts),
        renamed=renamed,
        renamed_texts=[f"{old}={new}" for old, new in renamed.items()],
        gone=dict.fromkeys(place for plan in refused for place in plan.gone),
        fresh=dict.fromkeys(place for plan in refused for place in plan.fresh),
        possible=[report.case_id for report in reports if report.outcome == "possible"],
        page=page,
        has_more=len(cases) > page * PLAN_SIZE,
        alert=alert,
    ), status


def _renamed() -> dict[str, str]:
    """What the head says is the same though renamed and edited, by id before the id since."""
    pairs = (text.partition("=") for text in request.values.getlist("renamed"))
    found = {old: new for old, _, new in pairs if old and new}
    old, new = request.values.get("old", ""), request.values.get("new", "")
    return found | ({old: new} if old and new else {})


@blueprint.post("/<process_id>/plan")
def move(process_id: str) -> Page | Response:
    """Move the cases whose plan was shown, each by itself; the report stays."""
    reason = typed("reason")
    cases = request.form.getlist("case")[:PLAN_SIZE]
    if not reason:
        return _plan(process_id, "请写明为什么换版本。", 422)
    if "sure" not in request.form:
        return _plan(process_id, "请先勾选“我已看过方案”。", 422)
    if not cases:
        return _plan(process_id, "没有选中要换的办件。", 422)
    if not is_head():
        raise NotAllowed(say("migration.not-head"))
    key = form_key() or new_key()
    asked = {"to": request.form.get("to", ""), "by": officer().id, "reason": reason, "key": key}
    try:
        moved = sum(
            report.outcome == "moved"
            for report in office().migrate_all(cases, renamed=_renamed(), apply=True, **asked)
        )
    except QingdanError as error:
        return _plan(process_id, **again(error))
    flash(f"已换 {moved} 件，没有换 {len(cases) - moved} 件。")
    return redirect(url_for("version.report", round_id=key), 303)


@blueprint.get("/moves/<round_id>")
def report(round_id: str) -> str:
    """What became of each case of a bulk move."""
    found = office().migration_round(round_id) or abort(404)
    return render_template(
        "version/report.html", round=found, reports=office().migration_reports(round_id)
    )


@blueprint.get("/moves/<round_id>.xlsx")
def sheet(round_id: str) -> Response:
    """The report as an Excel file."""
    found = office().migration_round(round_id) or abort(404)
    told = [("时间", moment(found.at)), ("办理人", person(found.officer)), ("原因", found.reason)]
    rows = [_HEADS, *map(_row, office().migration_reports(round_id))]
    return send_file(
        io.BytesIO(excel("换版本", [*told, (), *rows])),
        mimetype=_XLSX,
        as_attachment=True,
        download_name=f"换版本-{day(found.at)}.xlsx",
    )


def _row(report: Report) -> tuple[str, ...]:
    return (
        report.case_id,
        report.old[:12],
        report.new[:12],
        outcome(report.outcome),
        "；".join(report.reasons),
    )
