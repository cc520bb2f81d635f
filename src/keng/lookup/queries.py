"""What a look-up answers, the same on the page and in a chat. Never "safe"."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from keng.kit import times
from keng.kit.codes import cleaned_code
from keng.kit.secrets import keyed_hash
from keng.language.lookup_terms import LookupTerm, listing_hash
from keng.lookup.models import Dispute, Indicator, Listing

CONFIRMED, REPORTED, IMPORTED = "confirmed", "reported", "imported"
NO_DATA, PRIVATE = "no_data", "private"
# The strongest first; a desk that saw it itself before a list of others.
_GRADES_BY_STRENGTH = (CONFIRMED, REPORTED, IMPORTED)
# What the public site and the edge may read of a listing (site.grants).
_PUBLIC_FIELDS = (
    "id",
    "lookup_hash",
    "grade",
    "status",
    "category",
    "used_in",
    "expires_on",
    "released_at",
    "end_reason",
    "ended_at",
    "made_by",
    "released_by",
    "indicator__type",
    "indicator__value",
    "unit__name",
    "unit__kind",
    "block_list__name",
    "block_list__expires_on",
)
# The words of a dispute are for the desk; the public site cannot read them back.
DESK_ONLY_DISPUTE_FIELDS = ("text", "listed_by", "checked_by", "hands", "decided_by")
# For so long a look-up says that an entry was taken off.
_TAKEN_OFF_SHOWN_FOR = datetime.timedelta(days=730)


@dataclass(frozen=True, slots=True)
class LookupAnswer:
    """What is known of one thing that was asked about."""

    asked: LookupTerm
    grade: str
    """confirmed, reported, imported, no_data; or private: a plate, a page, which nobody answers."""
    listing: Listing | None = None
    taken_off: Listing | None = None
    """An earlier entry that was a mistake, or whose number has a new holder or was faked."""
    sources: tuple[str, ...] = ()
    """Block lists that have it as well."""
    is_disputed: bool = False

    @property
    def hash(self) -> str:
        """Under which the answering entry is found again, in hex."""
        return bytes(self.listing.lookup_hash).hex() if self.listing else ""

    @property
    def is_spoofed(self) -> bool:
        """Whether the holder of this number is a victim of those who fake it."""
        return bool(self.taken_off and self.taken_off.end_reason == Listing.End.SPOOFED)


def lookup_answers(asked: Sequence[LookupTerm]) -> list[LookupAnswer]:
    """An answer for each of these, in their order, with three statements in all.

    Nothing about the question is kept anywhere.
    """
    keys = {listing_hash(*key): key for each in asked if not _is_private(each) for key in each.keys}
    found = _by_hash(_listed_under(list(keys))) if keys else {}
    off = _by_hash(_taken_off_under(list(keys))) if keys else {}
    disputed = _disputed_among(list(found)) if found else set()
    return [_answer_to(each, found, off, disputed) for each in asked]


def _disputed_among(keys: Sequence[bytes]) -> set[bytes]:
    """Of these numbers and addresses, by hash, those whose entry somebody objects to now.

    By what it is and not by its row: a list of another source may have taken the place of the row
    that the holder saw.
    """
    of_entries = Dispute.objects.open().filter(listing__lookup_hash__in=keys)
    return {bytes(key) for key in of_entries.values_list("listing__lookup_hash", flat=True)}


def public_listing(hash: str) -> Listing | None:
    """The entry that answers under this hash (hex): the strongest of those in force."""
    try:
        key = bytes.fromhex(hash)
    except ValueError:
        return None
    rows = sorted(_listed_under([key]), key=_strength)
    return next((row for row in rows if _may_answer(row, row.indicator.type)), None)


def dispute_by_code(typed: str) -> Dispute | None:
    """The dispute that a code opens. Raises MalformedCode."""
    found = Dispute.objects.filter(code_hash=dispute_code_hash(cleaned_code(typed)))
    return _readable(found).first()


def has_dispute(code: str) -> bool:
    """Whether a cleaned code opens a dispute."""
    return Dispute.objects.filter(code_hash=dispute_code_hash(code)).exists()


def _readable(disputes: QuerySet[Dispute]) -> QuerySet[Dispute]:
    wanted = (
        "id",
        "code_hash",
        "reason",
        "made_at",
        "due_on",
        "outcome",
        "answer",
        "decided_at",
        "listing__lookup_hash",
        "listing__indicator__type",
        "listing__indicator__value",
        "unit__name",
    )
    return disputes.select_related("listing__indicator", "unit").only(*wanted)


def dispute_code_hash(code: str) -> bytes:
    """The keyed hash of a dispute's code: what is stored."""
    return keyed_hash("dispute", code)


def decided_disputes(limit: int = 50) -> list[Dispute]:
    """What the public record shows of disputes, newest first: results, without any words.

    A decision is there once, however many objected to its number: as the earliest of them.
    """
    number = "listing__lookup_hash"
    decided = Dispute.objects.filter(decided_at__isnull=False).distinct("decided_at", number)
    return list(_readable(decided.order_by("-decided_at", number, "id"))[:limit])


def _is_private(asked: LookupTerm) -> bool:
    return asked.may_name_a_person


def _answer_to(
    asked: LookupTerm,
    found: dict[bytes, list[Listing]],
    off: dict[bytes, list[Listing]],
    disputed: set[bytes],
) -> LookupAnswer:
    if _is_private(asked):
        return LookupAnswer(asked, PRIVATE)
    rows = [
        row
        for kind, value in asked.keys
        for row in found.get(listing_hash(kind, value), ())
        if _may_answer(row, kind)
    ]
    gone = [row for key in asked.keys for row in off.get(listing_hash(*key), ())]
    taken_off = max(gone, key=lambda row: row.ended_at or row.made_at) if gone else None
    if not rows:
        return LookupAnswer(asked, NO_DATA, taken_off=taken_off)
    best = min(rows, key=_strength)
    sources = dict.fromkeys(
        row.block_list.name for row in rows if row.block_list is not None and row is not best
    )
    is_disputed = bytes(best.lookup_hash) in disputed
    return LookupAnswer(
        asked, best.grade, listing=best, sources=tuple(sources), is_disputed=is_disputed
    )


def _may_answer(row: Listing, kind: str) -> bool:
    """An account is there only when confirmed: a mistake would cost its holder too much."""
    return row.grade == CONFIRMED or kind != Indicator.Type.BANK_ACCOUNT


def _strength(row: Listing) -> int:
    return _GRADES_BY_STRENGTH.index(row.grade)


def _listed_under(keys: Sequence[bytes]) -> Iterable[Listing]:
    rows = Listing.objects.public().filter(lookup_hash__in=keys)
    return (
        rows.select_related("indicator", "unit", "block_list").only(*_PUBLIC_FIELDS).order_by("id")
    )


def _taken_off_under(keys: Sequence[bytes]) -> Iterable[Listing]:
    since = times.now() - _TAKEN_OFF_SHOWN_FOR
    rows = Listing.objects.taken_off().filter(lookup_hash__in=keys, ended_at__gt=since)
    return rows.select_related("indicator", "unit", "block_list").only(*_PUBLIC_FIELDS)


def _by_hash(rows: Iterable[Listing]) -> dict[bytes, list[Listing]]:
    found: dict[bytes, list[Listing]] = {}
    for row in rows:
        found.setdefault(bytes(row.lookup_hash), []).append(row)
    return found
