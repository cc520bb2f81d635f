"""A sheet that was looked at and not yet taken over: the page carries it, for one officer.

It may hold addresses of leads, so it is sealed: neither the cache of a browser nor what somebody
prints of the page tells them.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.core import signing
from django.http import HttpRequest
from nacl.exceptions import CryptoError

from keng.kit.secrets import site_box
from keng.network.sheets.reading import Sheet

_LASTS = 2 * 60 * 60
_BOX = "sheet that a page carries"
# More rows of one state than this are folded away: the numbers stay.
ROWS_UNFOLDED = 50


def carry_sheet(request: HttpRequest, sheet: Sheet, *, name: str, salt: str) -> dict[str, object]:
    """What the preview of any sheet shows."""
    name = name[-80:]
    told = {"by": str(request.officer.pk), "sheet": sheet.packed(), "name": name}
    signed = signing.dumps(told, salt=salt, compress=True)
    token = urlsafe_b64encode(site_box(_BOX).encrypt(signed.encode())).decode()
    return {"sheet": sheet, "shown": ROWS_UNFOLDED, "file_name": name, "token": token}


def carried_sheet(request: HttpRequest, *, salt: str) -> tuple[Sheet, str] | None:
    """The sheet that came back and its file's name; None when it is too old or somebody else's."""
    try:
        box = urlsafe_b64decode(request.POST.get("sheet", ""))
        signed = site_box(_BOX).decrypt(box).decode()
        told = signing.loads(signed, salt=salt, max_age=_LASTS)
    except (signing.BadSignature, CryptoError, ValueError):
        return None
    if told.get("by") != str(request.officer.pk):
        return None
    return Sheet.unpacked(told["sheet"]), told["name"]
