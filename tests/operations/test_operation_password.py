"""A password is reset once for a key, and nothing that is kept tells it."""

import json

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from engine.runtime import Office, RepeatedKey, SignInRefused
from engine.runtime.accounts import Accounts
from engine.store.columns import metadata
from tests.cases.conftest import Clock

LOGIN, KEY = "zhang@shifan", "k-1"


@pytest.fixture
def accounts(office: Office) -> Accounts:
    accounts = Accounts(office.store, hasher=PasswordHasher(time_cost=1, memory_cost=64))
    accounts.create("shifan", "zhang", LOGIN, "zhang-0000")
    accounts.create("shifan", "ding", "ding@shifan", "ding-0000")
    return accounts


def test_a_repeated_key_leaves_the_password_as_it_was_handed_out(
    accounts: Accounts, clock: Clock
) -> None:
    fresh = accounts.reset(LOGIN, clock(), key=KEY)
    token = accounts.sign_in(LOGIN, fresh, clock())
    with pytest.raises(RepeatedKey, match="已经按编号“k-1”换过"):
        accounts.reset(LOGIN, clock(), key=KEY)
    assert accounts.identity(token, clock()) is not None
    accounts.sign_in(LOGIN, fresh, clock())


@pytest.mark.parametrize("key", ["", "k-2"])
def test_another_request_changes_it_again(accounts: Accounts, clock: Clock, key: str) -> None:
    first = accounts.reset(LOGIN, clock(), key=KEY if key else "")
    second = accounts.reset(LOGIN, clock(), key=key)
    assert first != second
    with pytest.raises(SignInRefused):
        accounts.sign_in(LOGIN, first, clock())
    accounts.sign_in(LOGIN, second, clock())


def test_the_key_of_another_request_is_refused(
    accounts: Accounts, office: Office, clock: Clock
) -> None:
    accounts.reset(LOGIN, clock(), key=KEY)
    with pytest.raises(RepeatedKey, match="已用于另一个操作"):
        accounts.reset("ding@shifan", clock(), key=KEY)
    accounts.sign_in("ding@shifan", "ding-0000", clock())


def test_what_is_kept_of_the_request_is_the_same_for_every_password(
    accounts: Accounts, office: Office, clock: Clock
) -> None:
    command = metadata.tables["command"]
    kept = []
    for _ in range(2):
        fresh = accounts.reset(LOGIN, clock(), key=KEY)
        with office.store.write() as connection:
            row = connection.execute(select(command).where(command.c.key == KEY)).mappings().one()
            kept.append((row["request"], row["answer"]))
            assert fresh not in json.dumps(dict(row), default=str)
            connection.execute(command.delete().where(command.c.key == KEY))
    assert kept[0] == kept[1]
    assert kept[0][1] == ""
