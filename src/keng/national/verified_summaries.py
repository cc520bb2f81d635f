"""Whether a summary is taken: signed by the right key, of the right province, new, and in force.

Each is kept as it came, byte by byte, so that anybody can verify it again.
"""

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field

from keng.kit import times
from keng.merkle.notes import SignedNote
from keng.national.province_instances import ProvinceInstance, commune_names, province_names
from keng.national.summary_document import (
    LISTING_BYTES,
    LONGEST_VALIDITY,
    ListingsReference,
    SummaryDocument,
)
from keng.national.summary_trouble import SummaryTrouble, Trouble

# Clocks of two machines may be so far apart.
CLOCKS_APART = dt.timedelta(minutes=10)
_LISTING_LINE = re.compile(rb"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class VerifiedSummary:
    """One that was taken, with its bytes."""

    document: SummaryDocument
    note: bytes
    listings: bytes = field(default=b"", repr=False)
    """The file that it names; empty where it names none."""

    def is_in_force(self, now: dt.datetime) -> bool:
        """Whether what it says holds still; its months do for ever."""
        return now < self.document.valid_until


def verified_summary(raw: bytes, instance: ProvinceInstance) -> VerifiedSummary:
    """What a note of this instance says, whenever it was signed. Raises SummaryTrouble."""
    try:
        note = SignedNote.read(raw)
    except ValueError:
        raise SummaryTrouble(Trouble.UNREADABLE) from None
    # Nothing of it is looked at before: whoever lacks the key may make us read a note, no more.
    if note.signature_of(instance.key) is None:
        raise SummaryTrouble(Trouble.WRONG_SIGNATURE)
    try:
        document = SummaryDocument.read(note.text)
    except ValueError:
        raise SummaryTrouble(Trouble.UNREADABLE) from None
    if document.province != instance.province:
        raise SummaryTrouble(Trouble.OTHER_PROVINCE)
    places = {place for each in document.warnings for place in each.places}
    if not all(_is_in(document.province, place) for place in places):
        raise SummaryTrouble(Trouble.OTHER_PROVINCE)
    return VerifiedSummary(document, raw)


def require_newer(
    new: VerifiedSummary, before: VerifiedSummary | None, *, now: dt.datetime
) -> None:
    """Raises SummaryTrouble for one that ended, is not signed yet, or stood there before."""
    document = new.document
    if _is_ahead(document, now + CLOCKS_APART):
        raise SummaryTrouble(Trouble.CLOCK_AHEAD)
    if document.valid_until - document.issued_at > LONGEST_VALIDITY:
        raise SummaryTrouble(Trouble.UNREADABLE)
    if document.valid_until <= now:
        raise SummaryTrouble(Trouble.ENDED)
    if before is None:
        return
    if document.number < before.document.number:
        raise SummaryTrouble(Trouble.OLDER)
    if document.number == before.document.number and new.note != before.note:
        raise SummaryTrouble(Trouble.TWO_OF_ONE_NUMBER)


def require_listings(listings: bytes, reference: ListingsReference) -> None:
    """Raises SummaryTrouble for another file than the one that the summary names."""
    if hashlib.sha256(listings).hexdigest() != reference.sha256:
        raise SummaryTrouble(Trouble.OTHER_LISTINGS)
    lines = listings.split(b"\n")[:-1]
    is_whole = len(listings) == LISTING_BYTES * reference.count == LISTING_BYTES * len(lines)
    if not is_whole or not all(map(_LISTING_LINE.fullmatch, lines)):
        raise SummaryTrouble(Trouble.OTHER_LISTINGS)


def _is_ahead(document: SummaryDocument, latest: dt.datetime) -> bool:
    """Whether it has a moment that did not come yet: that would push those of others off a page."""
    moments = [document.issued_at, *(each.published_at for each in document.warnings)]
    newest_month = max((each.month for each in document.months), default="")
    return (
        max(moments) > latest
        or document.number > int(latest.timestamp())
        or newest_month > f"{times.local_date(latest):%Y-%m}"
    )


def _is_in(province: str, place: str) -> bool:
    """A commune that a newer version may know and this one does not is taken for the province."""
    if place in province_names():
        return place == province
    return commune_names().get(place, (province,))[0] == province
