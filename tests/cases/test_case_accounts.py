"""Accounts: argon2id, lock-out, sessions that end."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from engine.model.office import Roster
from engine.runtime import Office, SignInRefused, UnknownOfficer
from engine.runtime.accounts import Accounts, Identity
from engine.store import Store

from .conftest import ROSTER, Clock

PASSWORD = "correct horse"
FAST = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ZHANG = Identity(office_id="shifan", officer_id="zhang")


@pytest.fixture
def accounts(store: Store, office: Office) -> Accounts:
    accounts = Accounts(store, hasher=FAST)
    accounts.create("shifan", "zhang", "zhang", PASSWORD)
    return accounts


def test_sign_in_gives_a_session_until_sign_out(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in(" zhang ", PASSWORD, clock())
    assert accounts.identity(token, clock()) == ZHANG
    accounts.sign_out(token)
    assert accounts.identity(token, clock()) is None
    assert accounts.identity("nonsense", clock()) is None


def test_neither_password_nor_token_is_in_the_store(
    accounts: Accounts, store: Store, clock: Clock
) -> None:
    token = accounts.sign_in("zhang", PASSWORD, clock())
    with store.read() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM account")),
            *connection.execute(text("SELECT * FROM session")),
        ]
    written = "\n".join(str(value) for row in rows for value in row)
    assert PASSWORD not in written
    assert token not in written
    assert "$argon2id$" in written


@pytest.mark.parametrize(("login", "password"), [("zhang", "wrong"), ("nobody", PASSWORD)])
def test_wrong_login_and_wrong_password_are_told_alike(
    accounts: Accounts, clock: Clock, login: str, password: str
) -> None:
    with pytest.raises(SignInRefused, match="登录名或密码不对"):
        accounts.sign_in(login, password, clock())


def test_five_failures_lock_for_fifteen_minutes(accounts: Accounts, clock: Clock) -> None:
    for _ in range(4):
        with pytest.raises(SignInRefused, match="不对"):
            accounts.sign_in("zhang", "wrong", clock())
    with pytest.raises(SignInRefused, match="锁定到 09:15"):
        accounts.sign_in("zhang", "wrong", clock())
    clock.move(minutes=14, seconds=59)
    with pytest.raises(SignInRefused, match="锁定"):
        accounts.sign_in("zhang", PASSWORD, clock())
    clock.move(seconds=1)
    accounts.sign_in("zhang", PASSWORD, clock())


def test_success_forgets_earlier_failures(accounts: Accounts, clock: Clock) -> None:
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(SignInRefused, match="不对"):
                accounts.sign_in("zhang", "wrong", clock())
        accounts.sign_in("zhang", PASSWORD, clock())


def test_session_ends_idle_and_after_a_working_day(accounts: Accounts, clock: Clock) -> None:
    token = accounts.sign_in("zhang", PASSWORD, clock())
    start = clock()
    while clock() - start < timedelta(hours=12):
        assert accounts.identity(token, clock()) == ZHANG
        clock.move(minutes=29)
    assert accounts.identity(token, clock()) is None
    token = accounts.sign_in("zhang", PASSWORD, clock())
    clock.move(minutes=31)
    assert accounts.identity(token, clock()) is None


def test_changed_password_ends_every_session(accounts: Accounts, clock: Clock) -> None:
    token, other = (accounts.sign_in("zhang", PASSWORD, clock()) for _ in range(2))
    with pytest.raises(SignInRefused, match="原密码不对"):
        accounts.change_password(token, "wrong", "battery staple", clock())
    with pytest.raises(SignInRefused, match="至少要 8 位"):
        accounts.change_password(token, PASSWORD, "short", clock())
    accounts.change_password(token, PASSWORD, "battery staple", clock())
    assert accounts.identity(token, clock()) is accounts.identity(other, clock()) is None
    accounts.sign_in("zhang", "battery staple", clock())
    with pytest.raises(SignInRefused):
        accounts.sign_in("zhang", PASSWORD, clock())


def test_officer_who_left_is_signed_out_for_good(
    accounts: Accounts, office: Office, clock: Clock
) -> None:
    token = accounts.sign_in("zhang", PASSWORD, clock())
    rest = tuple(officer for officer in ROSTER.officers if officer.id != "zhang")
    office.appoint(Roster(office=ROSTER.office, officers=rest))
    assert accounts.identity(token, clock()) is None
    with pytest.raises(SignInRefused, match="登录名或密码不对"):
        accounts.sign_in("zhang", PASSWORD, clock())


def test_login_belongs_to_one_officer_of_the_store(accounts: Accounts) -> None:
    with pytest.raises(SignInRefused, match="已有人用"):
        accounts.create("shifan", "ding", "zhang", PASSWORD)
    with pytest.raises(UnknownOfficer):
        accounts.create("shifan", "nobody", "nobody", PASSWORD)


class _Curious(PasswordHasher):
    """Writes to the store while it thinks about a password."""

    store: Store

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:
        with self.store.write() as connection:
            connection.execute(text("DELETE FROM session"))
        return super().verify(hash, password)


def test_nobody_waits_while_a_password_is_checked(
    store: Store, office: Office, clock: Clock
) -> None:
    hasher = _Curious(time_cost=1, memory_cost=8, parallelism=1)
    hasher.store = store
    accounts = Accounts(store, hasher=hasher)
    accounts.create("shifan", "zhang", "zhang", PASSWORD)

    assert accounts.sign_in("zhang", PASSWORD, clock())
