"""A finished case whose journal is looked at, and a way past the database's own guards."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from engine.model.case import Applicant
from engine.store import Store
from tests.cases.conftest import Desk, clock, desk, office, roster, store
from tests.cases.drawings import field, line, process, step

__all__ = ["clock", "desk", "office", "roster", "store"]

FILE = process(
    "p",
    step("fill", field("who", "person"), field("card", "id-card"), field("note")),
    step("sign", field("opinion")),
    line("start", "fill", "sign", "end"),
    code="T-1",
)
SECRETS = ("赵大田", "11010519491231002X", "13912345678", "家住村东头", "户主情况属实")


@pytest.fixture
def published() -> tuple[bytes, ...]:
    return (FILE,)


@pytest.fixture
def case_id(desk: Desk) -> str:
    name, card, phone, note, opinion = SECRETS
    case = desk.open(applicant=Applicant(name=name, id_card=card, phone=phone))
    desk.do(case.id, "fill", "ding", who=name, card=card, note=note)
    desk.do(case.id, "sign", "ding", opinion=opinion)
    return case.id


@pytest.fixture
def tamper(store: Store) -> Callable[[str], None]:
    """Changes rows behind the back of the triggers that guard them."""

    def run(statement: str) -> None:
        with store.write() as connection:
            if connection.dialect.name == "sqlite":
                guards = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
                for name in connection.scalars(text(guards)).all():
                    connection.execute(text(f"DROP TRIGGER {name}"))
            else:
                for table in ("journal", "seal", "sealed_head"):
                    connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
            connection.execute(text(statement))

    return run
