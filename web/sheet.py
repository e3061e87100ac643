"""What is printed for an officer to sign on paper: one contents for the page and the PDF."""

from collections.abc import Iterable, Mapping, Sequence

from engine.model.case import CaseFile, WorkItem, WorkItemKind
from engine.model.procedure import FieldType, FormField, Step
from engine.publish.approval import Approval, Grid, Part

from .case import latest_done
from .offices import now, office
from .text import local, moment, person, shown

#: A box to tick, before each option.
_BOX = "□ "


def approval(item: WorkItem, file: CaseFile, step: Step, options: Sequence[str]) -> Approval:
    """The sheet of a work item as its case stands.

    Parameters
    ----------
    step : what the procedure says about the item.
    options : what may be signed; empty where the form itself is decided.
    """
    attached = {attachment.field for attachment in file.attachments}
    asked = [("意见", _boxes(options))] if options else []
    if item.kind is WorkItemKind.STEP:
        rest = (f for f in item.fields if not (options and f == step.ballot))
        asked += [(one.label, _boxes(one.options) or _blank(one)) for one in rest]
    return Approval(
        office=office().name,
        facts=(
            ("办件", file.case.title),
            ("办件号", item.case_id),
            ("申请人", file.case.applicant.name),
            ("环节", item.step_name),
            ("岗位", item.post or "受邀签署人"),
        ),
        parts=tuple(
            _part(done, file.data, attached)
            for done in latest_done(file.work_items)
            if done.fields and done.undone is None
        ),
        risks=tuple(f"{r.level}风险：{r.form}。防控：{r.measure}" for r in step.risks),
        asked=tuple(asked),
        code=f"{office().id} {item.case_id} {item.id}",
        caption=f"{item.case_id} / {item.step_name} / {item.id}",
        day=local(now()).date(),
    )


def _boxes(options: Iterable[str]) -> str:
    return "　　".join(_BOX + option for option in options)


def _blank(field: FormField) -> str:
    return f"＿＿＿＿＿＿ {field.unit}" if field.unit else ""


def _part(done: WorkItem, data: Mapping[str, object], attached: set[str]) -> Part:
    return Part(
        step=done.step_name,
        done=f"{person(done.officer)} {moment(done.done_at)}",
        rows=tuple(
            (field.label, _text(field, data.get(field.name), attached))
            for field in done.fields
            if field.type is not FieldType.TABLE
        ),
        grids=tuple(
            _grid(field, rows)
            for field in done.fields
            if field.type is FieldType.TABLE
            and isinstance(rows := data.get(field.name), list | tuple)
        ),
    )


def _text(field: FormField, value: object, attached: set[str]) -> str:
    if field.type is FieldType.FILE:
        return "见附件" if field.name in attached else "（未填）"
    unit = f" {field.unit}" if field.unit and value else ""
    return shown(value, field.type) + unit


def _grid(field: FormField, rows: Iterable[Mapping[str, object]]) -> Grid:
    return Grid(
        label=field.label,
        head=tuple(
            f"{column.label}（{column.unit}）" if column.unit else column.label
            for column in field.columns
        ),
        rows=tuple(
            tuple(shown(row.get(column.name), column.type) for column in field.columns)
            for row in rows
        ),
    )
