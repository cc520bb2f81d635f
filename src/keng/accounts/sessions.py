"""Sessions of the desk: a row's key is a hash of the cookie, and its content opens with the cookie.

So a copy of the database signs nobody in and tells nothing of what an officer had open. Django's
own store keeps the cookie itself. `SESSION_ENGINE` names this module.

A session ends by itself twelve hours after the sign-in, and after an hour in which no page of it
asked for anything. A page that is open asks by itself: a desk must ring at night, so an open page
counts as somebody's being there, and what goes out asks for six digits in any case.
"""

import base64
import datetime
import hashlib
import json
from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db.models import QuerySet
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from keng.accounts import acts
from keng.accounts.models import DeskSession, Officer
from keng.accounts.signing_in import chain_of_officer
from keng.acts.act import act
from keng.acts.work import permit_anywhere, work
from keng.audit.actions import record
from keng.kit import times
from keng.kit.secrets import keyed_hash

SESSION_LASTS = datetime.timedelta(hours=12)
SESSION_IDLE = datetime.timedelta(hours=1)
# So exactly is it kept when somebody was last there.
SEEN_WITHIN = datetime.timedelta(minutes=5)
OFFICER_KEY, BEGAN_KEY, DEVICE_KEY = "officer", "began", "device"


class SessionStore(DatabaseStore):
    """Django's store of rows, with neither cookie nor content readable in them."""

    seen_at: datetime.datetime | None = None
    active_at: datetime.datetime | None = None
    locked_at: datetime.datetime | None = None

    # The three fields that Django's store knows of are there; its own model has nothing else.
    @classmethod
    def get_model_class(cls) -> type[DeskSession]:  # type: ignore[override]
        """Our own table."""
        return DeskSession

    def exists(self, session_key: str) -> bool:
        """Whether there is a row for this cookie."""
        return DeskSession.objects.filter(pk=row_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> DeskSession:  # type: ignore[override]
        """The row for what is in the session now."""
        key: str = self._get_or_create_session_key()  # type: ignore[attr-defined]
        now = times.now()
        began = data.get(BEGAN_KEY)
        return DeskSession(
            session_key=row_key(key),
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            officer_id=data.get(OFFICER_KEY),
            began_at=datetime.datetime.fromtimestamp(began, datetime.UTC) if began else now,
            seen_at=_rounded(now),
            device=data.get(DEVICE_KEY, ""),
        )

    def delete(self, session_key: str | None = None) -> None:
        """End it: this one, or that of another cookie."""
        key = session_key or self.session_key
        if key:
            _end_session(row_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Sealed with a key that only the cookie gives."""
        sealed = self._box().encrypt(json.dumps(session_dict).encode())
        return base64.b64encode(sealed).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What was sealed; empty where it does not open."""
        try:
            opened = self._box().decrypt(base64.b64decode(session_data))
        except (CryptoError, ValueError):
            return {}
        content: dict[str, Any] = json.loads(opened)
        return content

    @classmethod
    def clear_expired(cls) -> None:
        """What `remove_ended_sessions` does in portions, for Django's own command."""
        remove_ended_sessions()

    def _get_session_from_db(self) -> DeskSession | None:
        row = live_sessions().filter(pk=row_key(self.session_key or "")).first()
        if row is None:
            self._session_key = None
            return None
        self.seen_at, self.active_at, self.locked_at = row.seen_at, row.active_at, row.locked_at
        return row

    def _box(self) -> SecretBox:
        return SecretBox(keyed_hash("content of a desk session", self.session_key or ""))


@work()
def _end_session(key: str) -> None:
    DeskSession.objects.filter(pk=key).delete()


def session_secret(cookie: str) -> bytes:
    """What only the holder of this cookie and this installation know: it says who looks (sight)."""
    return keyed_hash("desk session", cookie)


def row_key(cookie: str) -> str:
    """The key of the row of a session with this cookie: its secret as the database can check it."""
    return hashlib.sha256(session_secret(cookie)).hexdigest()


def live_sessions(officer: Officer | None = None) -> QuerySet[DeskSession]:
    """Sessions that are good for something still; those of one officer, newest first."""
    now = times.now()
    rows = DeskSession.objects.filter(expire_date__gt=now, seen_at__gt=now - SESSION_IDLE)
    return rows.filter(officer=officer).order_by("-began_at") if officer else rows


def keep_awake(session: SessionBase) -> None:
    """Somebody is there: written down when that is five minutes old, and not at every page."""
    seen_at = getattr(session, "seen_at", None)
    now = times.now()
    if seen_at is not None and now - seen_at >= SEEN_WITHIN:
        key = row_key(session.session_key or "")
        DeskSession.objects.filter(pk=key).update(seen_at=_rounded(now))


def end_sessions(officer: Officer, *, but: str | None = None) -> int:
    """End every session of an officer at once, or all but the one of this cookie; how many."""
    rows = DeskSession.objects.filter(officer=officer)
    if but:
        rows = rows.exclude(pk=row_key(but))
    ended, _by_table = rows.delete()
    return ended


@act(acts.END_OWN_SESSION)
def end_own_session(key: str, *, by: Officer) -> bool:
    """The officer ends one of their own, by the key of its row. False: there was none.

    Raises NotAllowed.
    """
    permit_anywhere()
    ended, _by_table = live_sessions(by).filter(pk=key).delete()
    if ended:
        _record_ended(by, ended)
    return bool(ended)


@act(acts.END_OTHER_SESSIONS)
def end_other_sessions(*, this: str, by: Officer) -> int:
    """The officer ends all but the one of this cookie; how many were good for something still.

    Raises NotAllowed.
    """
    permit_anywhere()
    ended = live_sessions(by).exclude(pk=row_key(this)).count()
    end_sessions(by, but=this)
    if ended:
        _record_ended(by, ended)
    return ended


def _record_ended(officer: Officer, count: int) -> None:
    chain = chain_of_officer(officer)
    record("officer.sessions_ended", by=officer, on=officer, chain=chain, detail={"count": count})


def remove_ended_sessions() -> int:
    """Remove the rows of sessions that are good for nothing any more; how many."""
    now = times.now()
    over = DeskSession.objects.filter(expire_date__lte=now)
    idle = DeskSession.objects.filter(seen_at__lte=now - SESSION_IDLE)
    return sum(rows.delete()[0] for rows in (over, idle))


def _rounded(moment: datetime.datetime) -> datetime.datetime:
    seconds = int(SEEN_WITHIN.total_seconds())
    return datetime.datetime.fromtimestamp(moment.timestamp() // seconds * seconds, datetime.UTC)
