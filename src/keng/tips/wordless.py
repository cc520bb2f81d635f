"""A report without words, as of pictures alone: what stands for them, which nobody wrote.

The desk reads those of a report, so they are Vietnamese whatever the reporter's language is; the
machine judges nothing by them.
"""

import re
from collections.abc import Iterable

from django.utils.translation import gettext as _

ONLY_PICTURES = "(Chỉ có ảnh, không có lời.)"
ONLY_RECORDING = "(Chỉ có ghi âm, không có lời.)"
ONLY_FILES = "(Chỉ có tệp, không có lời.)"
_ALL = frozenset({ONLY_PICTURES, ONLY_RECORDING, ONLY_FILES})
_OF_A_MESSAGE = re.compile(r"(?:Tệp gửi kèm|Files): \d{1,4}|📍 -?\d{1,3}\.\d{6}, -?\d{1,3}\.\d{6}")


def words_for_files(content_types: Iterable[str]) -> str:
    """What stands where a report has no words, by the kinds of its files ("image/jpeg")."""
    kinds = {each.partition("/")[0] for each in content_types}
    return {"image": ONLY_PICTURES, "audio": ONLY_RECORDING}.get("".join(kinds), ONLY_FILES)


def words_for_message(*, files: int, location: tuple[float, float] | None = None) -> str:
    """The same for a message of the talk: a place, or the number of its files."""
    if location is None:
        return _("Files: %(count)d") % {"count": files}
    latitude, longitude = location
    return f"📍 {latitude:.6f}, {longitude:.6f}"


def is_wordless(text: str) -> bool:
    """Whether these are such words."""
    return text in _ALL or _OF_A_MESSAGE.fullmatch(text) is not None
