"""Keep the state of cases as changes, step by step; count changes of families and rosters.

A state kept before becomes the one change that leads to its case's version.
"""

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from engine.store.columns import Moment

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.String(64)
_COMPLETED, _CANCELLED = 64, 256


def upgrade() -> None:
    for table, column in (("office", "roster_revision"), ("case_file", "revision")):
        op.add_column(table, sa.Column(column, sa.Integer(), server_default="0", nullable=False))
    op.drop_index(op.f("ix_case_file_office_id_parent_id_parent_task"), "case_file")
    op.create_index(
        op.f("ix_case_file_office_id_parent_id_parent_task_state"),
        "case_file",
        ["office_id", "parent_id", "parent_task", "state"],
    )
    _create(
        "case_change", _key("case_id", "version"), sa.Column("content", sa.Text(), nullable=False)
    )
    _create(
        "case_snapshot",
        _key("case_id"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", _ID, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    _create(
        "command",
        _key("key"),
        sa.Column("request", _ID, nullable=False),
        sa.Column("answer", _ID, nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
    )
    _convert()
    op.drop_table("case_state")


def _key(*names: str) -> list[sa.Column[Any]]:
    columns: list[sa.Column[Any]] = [sa.Column("office_id", _ID, nullable=False)]
    for name in names:
        kind = sa.Integer() if name == "version" else _ID
        columns.append(sa.Column(name, kind, autoincrement=False, nullable=False))
    return columns


def _create(name: str, key: list[sa.Column[Any]], *columns: sa.Column[Any]) -> None:
    constraints: list[sa.Constraint] = [
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name=op.f(f"fk_{name}_office_id")),
        sa.PrimaryKeyConstraint(*(c.name for c in key), name=op.f(f"pk_{name}")),
    ]
    if key[1].name == "case_id":
        constraints.append(
            sa.ForeignKeyConstraint(
                ["office_id", "case_id"],
                ["case_file.office_id", "case_file.id"],
                name=op.f(f"fk_{name}_office_id_case_id"),
            )
        )
    op.create_table(name, *key, *columns, *constraints)


def _convert() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT s.office_id, s.case_id, c.version, s.content FROM case_state s "
            "JOIN case_file c ON c.office_id = s.office_id AND c.id = s.case_id"
        )
    ).all()
    for office_id, case_id, version, content in rows:
        connection.execute(
            sa.text(
                "INSERT INTO case_change (office_id, case_id, version, content) "
                "VALUES (:office_id, :case_id, :version, :content)"
            ),
            {
                "office_id": office_id,
                "case_id": case_id,
                "version": version,
                "content": convert(content),
            },
        )


def convert(content: str) -> str:
    """A state as it was kept before, as one change from nothing."""
    old = json.loads(content)
    tasks = [task for _, each in _workflows(old) for task in _in_order(each)]
    numbers = {task["id"]: number for number, task in enumerate(tasks, start=1)}
    by_change = sorted(tasks, key=lambda task: task["last_state_change"])
    ticks = {task["id"]: tick for tick, task in enumerate(by_change, start=1)}
    records: list[list[object]] = []
    noted: dict[str, object] = {}
    for caller, each in _workflows(old):
        above = -numbers[caller] if caller else 0
        records += _records(each, numbers, ticks, above)
        last = numbers.get(each["last_task"], 0)
        noted[str(-above)] = [each["completed"], each["success"], last, each["data"] or 0]
    records.sort(key=lambda record: int(str(record[0])))
    return json.dumps({"t": records, "w": noted}, ensure_ascii=False, separators=(",", ":"))


def _workflows(old: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The top workflow, and the others after the one of the task they belong to."""
    yield "", old
    left = dict(old["subprocesses"])
    known = set(old["tasks"])
    while left:
        for caller in [caller for caller in left if caller in known]:
            each = left.pop(caller)
            known |= set(each["tasks"])
            yield caller, each


def _in_order(workflow: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Tasks, each before those that follow from it."""
    pile = [workflow["root"]]
    while pile:
        task = workflow["tasks"][pile.pop(0)]
        yield task
        pile += task["children"]


def _records(
    workflow: dict[str, Any], numbers: dict[str, int], ticks: dict[str, int], above: int
) -> Iterator[list[object]]:
    tasks = workflow["tasks"]
    data: dict[str, dict[str, object]] = {}
    for task in _in_order(workflow):
        parent = task["parent"]
        delta = task["delta"]
        own = dict(task["data"]) if parent is None else {**data[parent], **delta["updates"]}
        for gone in delta.get("deletions", ()):
            own.pop(gone, None)
        data[task["id"]] = own
        inner = {k: v for k, v in task["internal_data"].items() if k != "seen_events"}
        if "merged" in inner:
            inner["merged"] = [len(inner["merged"]), inner["merged"]]
        if _has_met(task, tasks):
            inner["met"] = 1
        if "merged" in inner and "remaining" not in inner:
            inner["instances"] = sum(tasks[c]["triggered"] for c in task["children"])
        yield [
            numbers[task["id"]],
            task["task_spec"],
            task["state"],
            ticks[task["id"]],
            above if parent is None else numbers[parent],
            task["id"].replace("-", ""),
            int(task["triggered"]),
            inner or 0,
            own or 0,
        ]


def _has_met(task: dict[str, Any], tasks: dict[str, dict[str, Any]]) -> bool:
    """Whether it is done, or was given up before another of its kind was done."""
    if task["state"] == _COMPLETED:
        return True
    return task["state"] == _CANCELLED and any(
        other["state"] == _COMPLETED
        and other["task_spec"] == task["task_spec"]
        and other["last_state_change"] >= task["last_state_change"]
        for other in tasks.values()
    )
