"""A report of pictures or a recording alone: the words that stand for it, which nobody wrote.

Those of a chat are made in `intake.chat_handlers`.

The desk reads them, so they are Vietnamese whatever the reporter's language is; the machine judges
nothing by them.
"""

import re
from collections.abc import Iterable

ONLY_PICTURES = "(Chỉ có ảnh, không có lời.)"
ONLY_RECORDING = "(Chỉ có ghi âm, không có lời.)"
ONLY_FILES = "(Chỉ có tệp, không có lời.)"
_ALL = frozenset({ONLY_PICTURES, ONLY_RECORDING, ONLY_FILES})
_OF_A_CHAT = re.compile(r"(?:Tệp gửi kèm|Files): \d{1,4}|📍 -?\d{1,3}\.\d{6}, -?\d{1,3}\.\d{6}")


def words_for_files(content_types: Iterable[str]) -> str:
    """What stands where a report has no words, by the kinds of its files ("image/jpeg")."""
    kinds = {each.partition("/")[0] for each in content_types}
    return {"image": ONLY_PICTURES, "audio": ONLY_RECORDING}.get("".join(kinds), ONLY_FILES)


def is_wordless(text: str) -> bool:
    """Whether these are such words."""
    return text in _ALL or _OF_A_CHAT.fullmatch(text) is not None
