"""Places in a list that an address names without telling what stands there.

A page begins at a moment or at an id, and both tell the time to the millisecond: so they are boxed.
"""

import base64
import binascii

from nacl.exceptions import CryptoError

from keng.kit.secrets import site_box

_BOX = "place in a list"


def closed_cursor(place: str) -> str:
    """The place, for an address."""
    return (
        base64.urlsafe_b64encode(bytes(site_box(_BOX).encrypt(place.encode())))
        .rstrip(b"=")
        .decode()
    )


def opened_cursor(text: str) -> str:
    """The place that an address names; empty where it names none of ours."""
    try:
        boxed = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        return site_box(_BOX).decrypt(boxed).decode()
    except (ValueError, binascii.Error, CryptoError):
        return ""
