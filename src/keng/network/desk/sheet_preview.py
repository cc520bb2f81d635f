"""A sheet that was looked at and not yet taken over: the page carries it, for one officer."""

from django.core import signing
from django.http import HttpRequest

from keng.network.sheets.reading import Sheet

_LASTS = 2 * 60 * 60
# More rows of one state than this are folded away: the numbers stay.
ROWS_UNFOLDED = 50


def carry_sheet(request: HttpRequest, sheet: Sheet, *, name: str, salt: str) -> dict[str, object]:
    """What the preview of any sheet shows."""
    name = name[-80:]
    told = {"by": str(request.officer.pk), "sheet": sheet.packed(), "name": name}
    token = signing.dumps(told, salt=salt, compress=True)
    return {"sheet": sheet, "shown": ROWS_UNFOLDED, "file_name": name, "token": token}


def carried_sheet(request: HttpRequest, *, salt: str) -> tuple[Sheet, str] | None:
    """The sheet that came back and its file's name; None when it is too old or somebody else's."""
    try:
        told = signing.loads(request.POST.get("sheet", ""), salt=salt, max_age=_LASTS)
    except signing.BadSignature:
        return None
    if told.get("by") != str(request.officer.pk):
        return None
    return Sheet.unpacked(told["sheet"]), told["name"]
