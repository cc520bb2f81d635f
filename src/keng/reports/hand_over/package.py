"""A hand-over file as ZIP, written piece by piece: no more than one file of it is in memory.

Its last entry, SHA256SUMS, has the hash of every other one, as `sha256sum -c` reads it. The
page has those of everything but itself, so that whoever has it on paper can hold the package to it.
"""

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db.models import Sum
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from keng.acts.errors import Refused
from keng.files import store
from keng.files.documents import pages_of_copy
from keng.files.pictures import mime_of
from keng.files.typeset import typeset
from keng.kit.times import VIETNAM
from keng.reports.hand_over.contents import (
    COPIES,
    ORIGINALS,
    HandedSum,
    HandOver,
    files_of,
    hand_over_of,
    is_handed_over,
)
from keng.tips.models import Attachment, Decision, Tip

_MOST_BYTES = 1024**3
_MOST_FILES = 300
# A line that drips for longer gets half a file, which no program takes for a whole one.
_WITHIN_SECONDS = 900.0
_ENDINGS = {
    "image/jpeg": "jpg",
    "video/mp4": "mp4",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
}
SUMS = "SHA256SUMS"
JSON = "hand-over.json"


class TooMuchToHandOver(Refused):
    """The files of this tip do not fit into one."""

    sentence = gettext_lazy(
        "The files of this tip are too large for one hand-over file. Ask the operator for them."
    )


class TookTooLong(Exception):
    """Whoever fetches it does not go on."""


def refuse_too_much(tip: Tip) -> None:
    """To be asked before it goes on record. Raises TooMuchToHandOver."""
    files = tip.attachments.all()
    size = files.aggregate(size=Sum("size"))["size"] or 0
    # The copies are at most as large again.
    if 2 * size > _MOST_BYTES or files.count() > _MOST_FILES:
        raise TooMuchToHandOver


class HandOverPackage:
    """One hand-over file; what can fail is made before the first byte of it leaves."""

    def __init__(self, tip: Tip, decision: Decision) -> None:
        """Raises typeset.CannotPrint, TookTooLong."""
        self._tip = tip
        self._made_at = decision.at.astimezone(VIETNAM).timetuple()[:6]
        said = hand_over_of(tip, decision, _sums_of_parts(tip))
        self._json = json.dumps(said.as_json(), ensure_ascii=False, indent=1).encode()
        json_sum = HandedSum(JSON, hashlib.sha256(self._json).hexdigest())
        on_paper = replace(said, sums=(json_sum, *said.sums))
        self._page = typeset("hand_over", _content_of(on_paper, tip), at=decision.at)

    def pieces(self) -> Iterator[bytes]:
        """The ZIP. Raises TookTooLong."""
        until = time.monotonic() + _WITHIN_SECONDS
        out, sums = _Outgoing(), []
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
            for name, content in self._entries():
                digest = hashlib.sha256()
                with packed.open(zipfile.ZipInfo(name, self._made_at), "w") as entry:
                    for piece in content:
                        if time.monotonic() > until:
                            raise TookTooLong
                        digest.update(piece)
                        entry.write(piece)
                        yield out.taken()
                sums.append(f"{digest.hexdigest()}  {name}\n")
            packed.writestr(zipfile.ZipInfo(SUMS, self._made_at), "".join(sums))
        yield out.taken()

    def _entries(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        yield "hand-over.pdf", iter([self._page])
        yield JSON, iter([self._json])
        for number, file in enumerate(files_of(self._tip), start=1):
            # As it stands now: it may have been put in quarantine since the first byte left.
            now = Attachment.objects.filter(pk=file.pk).first()
            if now is not None:
                yield from _parts(number, now)


def _sums_of_parts(tip: Tip) -> dict[int, tuple[HandedSum, ...]]:
    """What lies in the package of each file, by its number. Raises TookTooLong."""
    until = time.monotonic() + _WITHIN_SECONDS
    found = {}
    for number, file in enumerate(files_of(tip), start=1):
        sums = []
        for name, content in _parts(number, file):
            digest = hashlib.sha256()
            for piece in content:
                if time.monotonic() > until:
                    raise TookTooLong
                digest.update(piece)
            sums.append(HandedSum(name, digest.hexdigest()))
        found[number] = tuple(sums)
    return found


def _parts(number: int, file: Attachment) -> Iterator[tuple[str, Iterator[bytes]]]:
    if is_handed_over(file):
        yield from _copies(number, file)
        yield from _original(number, file)


def _copies(number: int, file: Attachment) -> Iterator[tuple[str, Iterator[bytes]]]:
    path = file.covered_path or file.viewing_path
    if not path:
        return
    try:
        copy = store.open_viewing_copy(path)
    except FileNotFoundError:
        return
    if file.kind != Attachment.Kind.FILE:
        ending = _ENDINGS.get(mime_of(copy), "bin")
        yield f"{COPIES}file-{number}.{ending}", iter([copy])
        return
    for page_number, page in enumerate(pages_of_copy(copy)[0], start=1):
        yield f"{COPIES}file-{number}-page-{page_number}.jpg", iter([page])


def _original(number: int, file: Attachment) -> Iterator[tuple[str, Iterator[bytes]]]:
    try:
        sealed = store.sealed_original(file.original_path)
    except FileNotFoundError:
        return
    yield f"{ORIGINALS}file-{number}.sealed", iter([sealed])


def _content_of(decided: HandOver, tip: Tip) -> dict[str, Any]:
    """As hand_over.typ reads it."""
    moment, who = _("When"), _("Who")
    return decided.as_json() | {
        "language": get_language() or "vi",
        "issuer": tip.responsible_unit.name,
        "headings": {
            "words": _("What was reported"),
            "dialogue": _("Dialogue"),
            "decisions": _("Decisions"),
            "files": _("Files"),
            "sums": _("Fingerprints of the files (SHA-256)"),
            "notes": _("To know about this file"),
        },
        "heads": {
            "facts": [_("What"), _("Value")],
            "dialogue": [moment, who, _("Words")],
            "decisions": [moment, who, _("Step"), _("Reason")],
            "files": ["#", _("Kind"), _("Came in"), _("Copy to view"), _("Sealed original")],
            "sums": [_("File"), "SHA-256"],
        },
    }


class _Outgoing(io.RawIOBase):
    """What zipfile has written and nobody has taken yet; it cannot go back in it."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It is only written to."""
        return True

    def write(self, piece: Any) -> int:
        """Keep it until it is taken."""
        self._waiting += piece
        return len(piece)

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = bytes(self._waiting)
        self._waiting.clear()
        return piece
