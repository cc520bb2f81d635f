"""What somebody is writing, kept for a while as ciphertext that only their browser can open.

It is found and opened with a secret that exists only in the browser's cookie: one derivation of it
finds the row, another one opens it. So neither table nor disk tells what is being written.
"""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.db import models
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from keng.kit import busy, times
from keng.kit.cookies import put_cookie
from keng.kit.secrets import holders_box, keyed_hash

# A cookie is whatever somebody sends.
_LONGEST_SECRET = 100
_MOST_TRIES = 3

_View = ParamSpec("_View")


class BrowserDraft(models.Model):
    """A row of such a table: ciphertext under a key that exists only in the browser's cookie."""

    # Hash of the cookie's secret; the key is another derivation of it.
    id_hash = models.BinaryField(max_length=32, primary_key=True)
    box = models.BinaryField()
    touched_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return "draft"


class DraftChanged(Exception):
    """Another request of this browser saved, sent or forgot the draft since it was loaded."""


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """What was saved, and by what a later `save` knows that nobody saved since."""

    said: Any
    box: bytes


_Draft = TypeVar("_Draft", bound=BrowserDraft)


@dataclass(frozen=True, slots=True)
class BrowserDrafts(Generic[_Draft]):
    """The drafts of one table: what opens those of another opens none of these."""

    model: type[_Draft]
    purpose: str
    life: timedelta
    """Since the last word."""

    def load(self, secret: str, among: models.QuerySet[_Draft] | None = None) -> KeptDraft | None:
        """What was saved under a secret; None when there is nothing, or its time is over.

        `among`: the rows locked, for whoever sends it and then forgets it.
        """
        if not secret or len(secret) > _LONGEST_SECRET:
            return None
        rows = self._rows() if among is None else among
        fresh = rows.filter(touched_at__gt=times.now() - self.life)
        row = fresh.filter(id_hash=self._id_hash(secret)).first()
        if row is None:
            return None
        try:
            said = json.loads(self._box(secret).decrypt(bytes(row.box)))
        except CryptoError:
            # Written under another site secret: nobody can read it any more.
            return None
        return KeptDraft(said, bytes(row.box))

    def save(self, secret: str, said: dict[str, Any], *, before: bytes, **columns: Any) -> bytes:
        """Keep it, its time begins again; the box for the next `save`.

        `before` is the box it was loaded from, empty for a draft that is not kept yet: one
        statement compares and writes, so that a slow request overwrites nothing newer and brings
        back nothing that was sent meanwhile. Raises DraftChanged.
        """
        plain = json.dumps(said, ensure_ascii=False).encode()
        box = bytes(self._box(secret).encrypt(plain))
        written = {"box": box, "touched_at": times.now(), **columns}
        if not before:
            self._rows().create(id_hash=self._id_hash(secret), **written)
        elif not self.row_of(secret).filter(box=before).update(**written):
            raise DraftChanged
        return box

    def put_secret(self, response: HttpResponse, cookie: str, secret: str) -> None:
        """Let the browser keep the secret for as long."""
        put_cookie(response, cookie, secret, seconds=int(self.life.total_seconds()))

    def row_of(self, secret: str) -> models.QuerySet[_Draft]:
        """The row of a secret, whether its time is over or not."""
        return self._rows().filter(id_hash=self._id_hash(secret))

    def ended(self) -> models.QuerySet[_Draft]:
        """Those whose time is over."""
        return self._rows().filter(touched_at__lte=times.now() - self.life)

    def _rows(self) -> models.QuerySet[_Draft]:
        return self.model._default_manager.all()  # noqa: SLF001 -- Django documents it

    def _id_hash(self, secret: str) -> bytes:
        return keyed_hash(f"{self.purpose} id", secret)

    def _box(self, secret: str) -> SecretBox:
        return holders_box(f"{self.purpose} key", secret)


def new_draft_secret() -> str:
    """What the cookie of a new draft holds."""
    return secrets.token_urlsafe(32)


def on_newest_draft(
    view: Callable[Concatenate[HttpRequest, _View], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _View], HttpResponse]:
    """A page that loads a draft and saves it: done again on the newest one where that changed."""

    @wraps(view)
    def wrapped(request: HttpRequest, /, *args: _View.args, **kwargs: _View.kwargs) -> HttpResponse:
        for _try in range(_MOST_TRIES):
            try:
                return view(request, *args, **kwargs)
            except DraftChanged:
                continue
        return busy.busy_page(request)

    return wrapped
