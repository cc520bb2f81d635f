"""A class teacher's secret link to a campaign: derived, and stored nowhere."""

import base64
import binascii
import uuid

from django.conf import settings

from keng.kit.secrets import keyed_hash, same_secret
from keng.lessons.models import SchoolClass

_LABEL, _MAC_BYTES = "pledge link", 16


def class_token(school_class: SchoolClass) -> str:
    """The present secret of a class: by the site's key and the row's own secret together.

    A class from before there were such secrets keeps its link until it gets a new one.
    """
    key, secret = school_class.pk, bytes(school_class.link_secret)
    parts: list[str | bytes] = [key.bytes, str(school_class.link_version)]
    if secret:
        parts.append(secret)
    mac = keyed_hash(_LABEL, *parts)[:_MAC_BYTES]
    return base64.urlsafe_b64encode(key.bytes + mac).rstrip(b"=").decode()


def class_url(school_class: SchoolClass) -> str:
    """The full address that the desk hands to the class teacher."""
    return f"{settings.PUBLIC_URL}/pledge/{class_token(school_class)}"


def class_of_token(token: str) -> SchoolClass | None:
    """The class whose present token this is."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"==")
    except (UnicodeEncodeError, binascii.Error, ValueError):
        return None
    if len(raw) != 16 + _MAC_BYTES:
        return None
    found = (
        SchoolClass.objects.filter(pk=uuid.UUID(bytes=raw[:16]))
        .select_related("campaign__unit", "group", "lead", "commune")
        .first()
    )
    return found if found and same_secret(class_token(found), token) else None
