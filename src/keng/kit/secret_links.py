"""Secret links to one row: derived, and stored nowhere.

They are derived from the site's key and a secret of the row together: neither gives them alone.
Rows from before there were such secrets have none, and the links of then stay good.
"""

import base64
import binascii
import uuid
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import Model, QuerySet

from keng.kit.secrets import keyed_hash, same_secret

_MAC_BYTES = 16
_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class RowLink:
    """The links of one purpose: what opens one of another purpose opens none of these.

    Their rows have a `link_secret`; where links can be renewed, a `link_version` too.
    """

    purpose: str
    path: str
    """Where they lead on the public site."""

    def token(self, row: Any) -> str:
        """The present secret of the row."""
        version = getattr(row, "link_version", 1)
        return self.token_of(row.pk, version=version, secret=bytes(row.link_secret))

    def token_of(self, key: uuid.UUID, *, version: int, secret: bytes) -> str:
        """The secret of a row as it is, was, or would be."""
        parts: list[str | bytes] = [key.bytes, str(version)]
        if secret:
            parts.append(secret)
        mac = keyed_hash(self.purpose, *parts)[:_MAC_BYTES]
        return base64.urlsafe_b64encode(key.bytes + mac).rstrip(b"=").decode()

    def url(self, row: Any) -> str:
        """The full address."""
        return f"{settings.PUBLIC_URL}/{self.path}/{self.token(row)}"

    def row_of(self, rows: QuerySet[_Row], token: str) -> _Row | None:
        """The one of the rows whose present token this is."""
        key = row_id_in(token)
        found = rows.filter(pk=key).first() if key else None
        return found if found and same_secret(self.token(found), token) else None


def row_id_in(token: str) -> uuid.UUID | None:
    """The id at the start of a token, whoever made it; nothing is proved by this."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"==")
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    return uuid.UUID(bytes=raw[:16]) if len(raw) == 16 + _MAC_BYTES else None
