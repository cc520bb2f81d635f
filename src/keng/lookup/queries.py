"""What a look-up answers, the same on the page and in a chat. Never "safe"."""

import datetime
import uuid
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
_STRENGTH = (CONFIRMED, REPORTED, IMPORTED)
# What the public site and the edge may read of a listing (site.grants).
_READ = (
    "id",
    "lookup_hash",
    "grade",
    "status",
    "category",
    "used_in",
    "expires_on",
    "checked_at",
    "end_reason",
    "ended_at",
    "made_by",
    "checked_by",
    "indicator__type",
    "indicator__value",
    "unit__name",
    "unit__kind",
    "block_list__name",
    "block_list__expires_on",
)
# The words of a dispute are for the desk; the public site cannot read them back.
UNREAD = ("text", "listed_by", "checked_by", "hands", "decided_by")
# For so long a look-up says that an entry was taken off.
_REMEMBERED = datetime.timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Answer:
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


def answers(asked: Sequence[LookupTerm]) -> list[Answer]:
    """An answer for each of these, in their order, with three statements in all.

    Nothing about the question is kept anywhere.
    """
    keys = {listing_hash(*key): key for each in asked if not _private(each) for key in each.keys}
    found = _by_hash(_listed(list(keys))) if keys else {}
    off = _by_hash(_taken_off(list(keys))) if keys else {}
    disputed = (
        set(
            Dispute.objects.open()
            .filter(listing__in=[each.pk for rows in found.values() for each in rows])
            .values_list("listing", flat=True)
        )
        if found
        else set()
    )
    return [_answer(each, found, off, disputed) for each in asked]


def public_listing(hash: str) -> Listing | None:
    """The entry that answers under this hash (hex): the strongest of those in force."""
    try:
        key = bytes.fromhex(hash)
    except ValueError:
        return None
    rows = sorted(_listed([key]), key=_strength)
    return next((row for row in rows if _answers(row, row.indicator.type)), None)


def dispute_of(typed: str) -> Dispute | None:
    """The dispute that a code opens. Raises MalformedCode."""
    found = Dispute.objects.filter(code_hash=code_hash(cleaned_code(typed)))
    return _readable(found).first()


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


def code_hash(code: str) -> bytes:
    """The keyed hash of a dispute's code: what is stored."""
    return keyed_hash("dispute", code)


def decided_disputes(limit: int = 50) -> list[Dispute]:
    """What the public record shows of disputes, newest first: results, without any words.

    A decision is there once, however many objected to its number: as the earliest of them.
    """
    number = "listing__lookup_hash"
    decided = Dispute.objects.filter(decided_at__isnull=False).distinct("decided_at", number)
    return list(_readable(decided.order_by("-decided_at", number, "id"))[:limit])


def _private(asked: LookupTerm) -> bool:
    return asked.may_name_a_person


def _answer(
    asked: LookupTerm,
    found: dict[bytes, list[Listing]],
    off: dict[bytes, list[Listing]],
    disputed: set[uuid.UUID],
) -> Answer:
    if _private(asked):
        return Answer(asked, PRIVATE)
    rows = [
        row
        for kind, value in asked.keys
        for row in found.get(listing_hash(kind, value), ())
        if _answers(row, kind)
    ]
    gone = [row for key in asked.keys for row in off.get(listing_hash(*key), ())]
    taken_off = max(gone, key=lambda row: row.ended_at or row.made_at) if gone else None
    if not rows:
        return Answer(asked, NO_DATA, taken_off=taken_off)
    best = min(rows, key=_strength)
    sources = dict.fromkeys(
        row.block_list.name for row in rows if row.block_list is not None and row is not best
    )
    return Answer(
        asked, best.grade, listing=best, sources=tuple(sources), is_disputed=best.pk in disputed
    )


def _answers(row: Listing, kind: str) -> bool:
    """An account is there only when confirmed: a mistake would cost its holder too much."""
    return row.grade == CONFIRMED or kind != Indicator.Type.BANK_ACCOUNT


def _strength(row: Listing) -> int:
    return _STRENGTH.index(row.grade)


def _listed(keys: Sequence[bytes]) -> Iterable[Listing]:
    rows = Listing.objects.public().filter(lookup_hash__in=keys)
    return rows.select_related("indicator", "unit", "block_list").only(*_READ).order_by("id")


def _taken_off(keys: Sequence[bytes]) -> Iterable[Listing]:
    since = times.now() - _REMEMBERED
    rows = Listing.objects.taken_off().filter(lookup_hash__in=keys, ended_at__gt=since)
    return rows.select_related("indicator", "unit", "block_list").only(*_READ)


def _by_hash(rows: Iterable[Listing]) -> dict[bytes, list[Listing]]:
    found: dict[bytes, list[Listing]] = {}
    for row in rows:
        found.setdefault(bytes(row.lookup_hash), []).append(row)
    return found
