"""Cases: the list, one case's page, opening a new one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from engine.model.case import (
    OPEN_ITEM,
    Applicant,
    Case,
    CaseState,
    JournalEntry,
    WorkItem,
    WorkItemKind,
    WorkItemState,
)
from engine.model.clock import Light
from engine.model.procedure import FormField
from engine.runtime import OPENING_FIELDS, FaultyCase, FormInvalid, RepeatedKey
from engine.runtime.batch.payment import payment_tables
from engine.runtime.deadlines.view import limit_lines
from engine.runtime.searching import NEWEST

from . import forms
from .acts import act, progress
from .carry import BroughtBack
from .drawing import drawing
from .offices import now, office, officer, roster

blueprint = Blueprint("case", __name__, url_prefix="/cases")

Page = tuple[str, int]

#: Cases on one page of the list.
PAGE_SIZE = 20
#: Cases with a limit that runs, the first to end first, as ``due`` of the address.
DUE = {"all": "有时限的，先到期在前", "red": "已超期", "yellow": "快到期"}
#: Nobody turns further; a search finds what is older.
LAST_PAGE = 100


@blueprint.get("")
def index() -> str:
    """The list of cases, searched and filtered."""
    text = request.args.get("text", "").strip()
    state = request.args.get("state", "")
    parent = request.args.get("parent", "")
    page = min(max(1, request.args.get("page", 1, type=int)), LAST_PAGE)
    due = request.args.get("due", "")
    known = CaseState(state) if state in set(CaseState) else None
    part = {"limit": PAGE_SIZE + 1, "offset": (page - 1) * PAGE_SIZE}
    if due in DUE:
        light = Light(due) if due in set(Light) else None
        found = office().cases_due(light, state=known, text=text, **part)
    else:
        # Child cases crowd the list, one per household; a search still finds them.
        top = not (text or parent)
        found = office().cases(state=known, text=text, parent=parent or None, top=top, **part)
    return render_template(
        "case/index.html",
        cases=found[:PAGE_SIZE],
        due=due if due in DUE else "",
        ways={"": "全部，新开的在前", **DUE},
        **at_present([case.id for case in found[:PAGE_SIZE]]),
        text=text,
        newest=NEWEST,
        parent=parent,
        state=state,
        states=CaseState,
        page=page,
        has_more=len(found) > PAGE_SIZE,
    )


def at_present(case_ids: Sequence[str]) -> dict[str, object]:
    """What a list shows of where its cases stand: limits, open steps, signatures so far."""
    steps = office().open_steps(case_ids)
    items = [item for open_ in steps.values() for item in open_]
    signed = office().signed([item.id for item in items if item.sign])
    return {
        "limits": office().case_limits(case_ids),
        "steps": steps,
        "progress": {item.id: progress(item, signed.get(item.id, ())) for item in items},
    }


@blueprint.get("/<case_id>")
def show(case_id: str) -> Page:
    """One case: where it stands, the drawing, its data, attachments and history."""
    return page_of_case(case_id)


def page_of_case(case_id: str, *, alert: str = "", status: int = 200) -> Page:
    """The page of a case, with what was wrong."""
    office().tick()
    file = office().case(case_id)
    procedure = office().procedure_of(case_id)
    current = [w for w in file.work_items if w.state in OPEN_ITEM]
    signed = office().signed([w.id for w in current if w.sign])
    page = render_template(
        "case/show.html",
        takes_back=_takes_back(file.case, file.work_items),
        file=file,
        case=file.case,
        current=current,
        refusals=office().kept_from(case_id, officer().id),
        signed=signed,
        acts={w.id: act(w, officer().id, signed) for w in current},
        latest=latest_done(file.work_items),
        children=office().cases(parent=case_id, state=CaseState.OPEN, limit=PAGE_SIZE),
        row_fields=row_fields(file.case),
        pays_by_bank=bool(payment_tables(procedure)) and file.case.parent is None,
        procedure=procedure,
        drawing=drawing(procedure, file.progress, office().library()),
        history=_condensed(office().history(case_id)),
        remarks=office().remarks(case_id),
        moves=office().migrations(case_id),
        others=[other for other in roster().officers if other.id != officer().id],
        alert=alert,
        step_lines=office().step_lines(case_id),
        **timing(case_id),
    )
    return page, status


def _takes_back(case: Case, work_items: tuple[WorkItem, ...]) -> WorkItem | None:
    """The step the officer finished last and might take back; None where others have gone on."""
    done = [w for w in latest_done(work_items) if w.undone is None]
    mine = bool(done) and done[-1].officer == officer().id
    taken = any(w.state is WorkItemState.CLAIMED for w in work_items)
    return done[-1] if mine and not taken and case.state is CaseState.OPEN else None


def timing(case_id: str) -> dict[str, object]:
    """The clock of a case with its limits, and who answers for it."""
    clock, calendar = office().case_clock(case_id), office().calendar()
    return {
        "clock": clock,
        "limit_lines": limit_lines(clock, calendar, now()) if clock else (),
        "answers": office().answerability(case_id),
    }


def _condensed(history: tuple[JournalEntry, ...]) -> list[JournalEntry]:
    """The journal with the opening of many child cases as one line."""
    shown = []
    for (action, _), group in groupby(history, key=lambda entry: (entry.action, entry.step)):
        entries = list(group)
        if action == "child-opened" and len(entries) > 1:
            shown.append(replace(entries[0], note=f"共 {len(entries)} 件"))
        else:
            shown += entries
    return shown


def latest_done(work_items: tuple[WorkItem, ...]) -> list[WorkItem]:
    """The latest round of every finished step, in order of completion."""
    done = {
        w.step: w
        for w in work_items
        if w.state is WorkItemState.DONE and w.kind is WorkItemKind.STEP
    }
    return sorted(done.values(), key=lambda w: w.done_at or w.since)


def row_fields(case: Case) -> tuple[FormField, ...]:
    """Columns of the parent's table whose row became this case."""
    if case.parent is None:
        return ()
    steps = [node.step for node in office().procedure_of(case.parent).nodes.values() if node.step]
    tables = {step.child_rows for step in steps if step.child_rows}
    fields = (field for step in steps for field in step.fields if field.name in tables)
    return next((field.columns for field in fields), ())


@blueprint.get("/new")
def new() -> str | Page:
    """Choose an item, then say for whom."""
    code = request.args.get("item", "")
    if not code:
        return render_template("case/choose.html", procedures=office().items())
    return _opening_page(code, {}, {})


def _opening_page(
    code: str,
    values: forms.Values,
    problems: Mapping[str, str],
    *,
    alert: str = "",
    status: int = 200,
) -> Page:
    page = render_template(
        "case/new.html",
        procedure=office().procedure(code),
        inputs=forms.inputs(OPENING_FIELDS, values, problems),
        problems=problems,
        alert=alert,
    )
    return page, status


@blueprint.post("/new")
def open_case() -> Page | Response:
    """Open the case and go to its page."""
    code = request.form.get(forms.INPUT_PREFIX + "item", "")
    values = forms.submitted_values(request.form, OPENING_FIELDS, {})
    try:
        opened = office().open_case(
            code,
            by=officer().id,
            applicant=Applicant(
                name=values["applicant"], id_card=values["id_card"], phone=values["phone"]
            ),
            title=values["title"],
            key=forms.form_key(),
        )
    except FormInvalid as invalid:
        return _opening_page(code, values, invalid.problems, status=422)
    except BroughtBack as back:
        return _opening_page(code, values, {}, alert=str(back))
    except (FaultyCase, RepeatedKey) as fault:
        return _opening_page(code, values, {}, alert=str(fault), status=409)
    flash(f"已开办件 {opened.id}。")
    return redirect(url_for("case.show", case_id=opened.id), 303)
