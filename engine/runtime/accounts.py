"""Accounts and sessions: who sits at the keyboard.

Passwords are kept as argon2id hashes, sessions under the SHA-256 of the token,
so that the store alone signs nobody in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from engine.model.wording import say
from engine.store import Store, schema

from .errors import RepeatedKey, SignInRefused, UnknownOfficer
from .keys import Keys
from .statements import Wire

#: Wrong passwords in a row before an account is locked, and for how long.
MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
#: A session ends after this long without use, and in any case after a working day.
IDLE = timedelta(minutes=30)
LIFETIME = timedelta(hours=12)
#: Shortest password accepted.
MIN_PASSWORD = 8
#: Characters of a password made here that no reader takes for another, and how many
#: groups of how many: 58 bits.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 3, 4

_account = schema.account
_session = schema.session
_officer = schema.officer


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who a session belongs to."""

    office_id: str
    officer_id: str


def new_password() -> str:
    """A random password that can be read out and copied by hand, like ``k7mt-w4hx-p9dq``."""
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Accounts:
    """The accounts of every office in a store."""

    def __init__(self, store: Store, *, hasher: PasswordHasher | None = None) -> None:
        self.store = store
        self._hasher = hasher or PasswordHasher()
        # Checked when the name is unknown, so that the answer takes as long.
        self._decoy = self._hasher.hash(secrets.token_urlsafe())

    def create(self, office_id: str, officer_id: str, login: str, password: str) -> None:
        """Give an officer an account, or put a new one in place of the old.

        Raises
        ------
        SignInRefused
            The password is too short, or the login belongs to somebody else.
        UnknownOfficer
            The office has no such officer.
        """
        fresh = self._new_hash(password)
        with self.store.write() as connection:
            known = (_officer.c.office_id == office_id, _officer.c.id == officer_id)
            if not connection.scalar(select(_officer.c.id).where(*known)):
                raise UnknownOfficer(say("run.unknown-officer", officer=officer_id))
            holder = self._by_login(connection, login, lock=True)
            if holder and (holder["office_id"], holder["officer_id"]) != (office_id, officer_id):
                raise SignInRefused(say("run.sign-in.login-taken", login=login))
            self._put(
                connection, Identity(office_id=office_id, officer_id=officer_id), login, fresh
            )

    def _put(self, connection: Connection, whose: Identity, login: str, fresh: str) -> None:
        """Let an officer sign in by a login and the password of a hash, anew."""
        mine = {"office_id": whose.office_id, "officer_id": whose.officer_id}
        values = {
            "login": login.strip(),
            "password_hash": fresh,
            "failures": 0,
            "locked_until": None,
        }
        self._end_sessions(connection, **mine)
        changed = connection.execute(
            update(_account)
            .where(*(_account.c[name] == value for name, value in mine.items()))
            .values(**values)
        )
        if changed.rowcount == 0:
            connection.execute(insert(_account).values(**mine, **values))

    def logins(self, office_id: str) -> dict[str, str]:
        """Login by officer id of an office, also of officers who left."""
        query = select(_account.c.officer_id, _account.c.login)
        with self.store.read() as connection:
            rows = connection.execute(query.where(_account.c.office_id == office_id))
            return {row.officer_id: row.login for row in rows}

    def reset(self, login: str, now: datetime, *, key: str = "") -> str:
        """Give an account a new random password, which is returned; its sessions end.

        Parameters
        ----------
        key : of this request; the same request with the same key again changes nothing.
            Nothing of the password is kept by which it could be told again, or guessed:
            the request is digested without it, and has no answer.

        Raises
        ------
        UnknownOfficer
            Nobody present signs in by this name.
        RepeatedKey
            The key was used before: for this, whose password is not told twice, or for
            another request.
        """
        password = new_password()
        fresh = self._new_hash(password)
        with self.store.write() as connection:
            account = self._by_login(connection, login, present=True, lock=True)
            if account is None:
                raise UnknownOfficer(say("run.sign-in.unknown-login", login=login))
            office_id, officer_id = account["office_id"], account["officer_id"]
            keys = Keys(Wire(connection), office_id, now)
            if keys.is_repeated(key, "password", officer_id):
                raise RepeatedKey(say("office.reset-already", login=login, given=key))
            whose = Identity(office_id=office_id, officer_id=officer_id)
            self._put(connection, whose, login, fresh)
        return password

    def sign_in(self, login: str, password: str, now: datetime) -> str:
        """The token of a new session.

        Raises
        ------
        SignInRefused
            Wrong login or password, or the account is locked after too many of them.
        """
        # Argon2 takes its time on purpose: it is asked before the transaction begins,
        # so that nobody else waits for it.
        with self.store.read() as connection:
            seen = self._by_login(connection, login, present=True)
        refusal = self._locked(seen, now)
        right = refusal is None and self._matches(seen, password)
        with self.store.write() as connection:
            account = self._by_login(connection, login, present=True, lock=True)
            refusal = self._locked(account, now)
            unchanged = account and seen and account["password_hash"] == seen["password_hash"]
            if refusal is None and right and account and unchanged:
                return self._begin(connection, account, password, now)
            refusal = refusal or self._fail(connection, account, now)
        raise SignInRefused(refusal)

    def identity(self, token: str, now: datetime) -> Identity | None:
        """Whose session a token is; None when it has ended. Using it keeps it alive."""
        mine = _session.c.token_hash == _hashed(token)
        with self.store.read() as connection:
            query = select(_session).select_from(_session.join(_account).join(_officer))
            row = connection.execute(query.where(mine, _officer.c.departed.is_(False))).first()
        if row is None:
            return None
        # Either way: a clock that was put back must not keep a session for days.
        if abs(now - row.seen_at) > IDLE or abs(now - row.created_at) > LIFETIME:
            self.sign_out(token)
            return None
        if now - row.seen_at > timedelta(minutes=1):
            with self.store.write() as connection:
                connection.execute(update(_session).where(mine).values(seen_at=now))
        return Identity(office_id=row.office_id, officer_id=row.officer_id)

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self.store.write() as connection:
            connection.execute(delete(_session).where(_session.c.token_hash == _hashed(token)))

    def change_password(self, token: str, old: str, new: str, now: datetime) -> None:
        """Set a new password; every session of the account ends.

        Raises
        ------
        SignInRefused
            The session has ended, the old password is wrong, or the new one too short.
        """
        who = self.identity(token, now)
        if who is None:
            raise SignInRefused(say("run.sign-in.ended"))
        fresh = self._new_hash(new)
        mine = (_account.c.office_id == who.office_id, _account.c.officer_id == who.officer_id)
        with self.store.read() as connection:
            account = connection.execute(select(_account).where(*mine)).mappings().first()
        if not self._matches(account, old):
            raise SignInRefused(say("run.sign-in.old-wrong"))
        with self.store.write() as connection:
            connection.execute(update(_account).where(*mine).values(password_hash=fresh))
            self._end_sessions(connection, who.office_id, who.officer_id)

    def _new_hash(self, password: str) -> str:
        if len(password) < MIN_PASSWORD:
            raise SignInRefused(say("run.sign-in.too-short", length=MIN_PASSWORD))
        return self._hasher.hash(password)

    @staticmethod
    def _by_login(
        connection: Connection, login: str, *, present: bool = False, lock: bool = False
    ) -> RowMapping | None:
        """The account of a login; ``present`` leaves out officers who left.

        ``lock`` keeps other writers of the account waiting.
        """
        query = select(_account).where(_account.c.login == login.strip())
        if present:
            query = query.join(_officer).where(_officer.c.departed.is_(False))
        if lock:
            query = query.with_for_update(of=_account)
        return connection.execute(query).mappings().first()

    @staticmethod
    def _locked(account: RowMapping | None, now: datetime) -> str | None:
        """Why nobody may sign in to the account just now, or None."""
        until = account and account["locked_until"]
        # Never for longer: the clock may have been put back since.
        if until and now < until <= now + LOCKED_FOR:
            return say("run.sign-in.locked", until=f"{until:%H:%M}")
        return None

    def _matches(self, account: RowMapping | None, password: str) -> bool:
        stored = account["password_hash"] if account else self._decoy
        try:
            self._hasher.verify(stored, password)
        except VerificationError:
            return False
        return account is not None

    def _fail(self, connection: Connection, account: RowMapping | None, now: datetime) -> str:
        if account is None:
            return say("run.sign-in.wrong")
        failures = account["failures"] + 1
        locked = failures >= MAX_FAILURES
        connection.execute(
            update(_account)
            .where(_account.c.login == account["login"])
            .values(
                failures=0 if locked else failures,
                locked_until=now + LOCKED_FOR if locked else None,
            )
        )
        if locked:
            return say("run.sign-in.locked", until=f"{now + LOCKED_FOR:%H:%M}")
        return say("run.sign-in.wrong")

    def _begin(
        self, connection: Connection, account: RowMapping, password: str, now: datetime
    ) -> str:
        values: dict[str, object] = {"failures": 0, "locked_until": None}
        if self._hasher.check_needs_rehash(account["password_hash"]):
            values["password_hash"] = self._hasher.hash(password)
        connection.execute(
            update(_account).where(_account.c.login == account["login"]).values(**values)
        )
        connection.execute(delete(_session).where(_session.c.created_at < now - LIFETIME))
        token = secrets.token_urlsafe(32)
        connection.execute(
            insert(_session).values(
                token_hash=_hashed(token),
                office_id=account["office_id"],
                officer_id=account["officer_id"],
                created_at=now,
                seen_at=now,
            )
        )
        return token

    @staticmethod
    def _end_sessions(connection: Connection, office_id: str, officer_id: str) -> None:
        connection.execute(
            delete(_session).where(
                _session.c.office_id == office_id, _session.c.officer_id == officer_id
            )
        )
