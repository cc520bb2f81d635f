"""What stands in the public summary: only what is public already, as it stands there."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from keng.kit import times
from keng.lookup.models import Listing
from keng.national.province_instances import commune_names
from keng.national.summary_document import (
    MOST_LISTED,
    MOST_MONTHS,
    MOST_PLACES_OF_WARNING,
    MOST_WARNINGS,
    ListingsReference,
    MonthFigures,
    SummaryDocument,
    WarningNotice,
)
from keng.places.models import Place, Unit
from keng.reports.models import PublicReport
from keng.warnings.content import choice_of
from keng.warnings.models import Version
from keng.warnings.queries import PUBLIC_DAYS, holding_versions


@dataclass(frozen=True, slots=True)
class SummaryContent:
    """A summary that is not signed yet, and the file of listings that it names."""

    document: SummaryDocument
    listings: bytes


def summary_content(province: str, *, number: int, until: dt.datetime) -> SummaryContent:
    """Of the province with this code, as things stand now."""
    listings = _listings_file()
    notices = list(_notices_of(province))
    document = SummaryDocument(
        province=province,
        number=number,
        issued_at=times.now(),
        valid_until=until,
        months=tuple(_months_of(province)),
        warnings=tuple(notices[:MOST_WARNINGS]),
        listings=None
        if listings is None
        else ListingsReference(listings.count(b"\n"), hashlib.sha256(listings).hexdigest()),
        warnings_left_out=len(notices[MOST_WARNINGS:]),
    )
    return SummaryContent(document, listings or b"")


def _months_of(province: str) -> Iterable[MonthFigures]:
    """The newest version of each month that was made public, without the name of the desk."""
    in_force = PublicReport.objects.filter(
        replaced_by__isnull=True, unit__kind=Unit.Kind.PROVINCE, unit__province_code=province
    )
    rows = in_force.only("span", "version", "figures").order_by("-span", "-published_at")
    for report in rows[:MOST_MONTHS]:
        yield MonthFigures(report.span, report.version, report.figures["lines"])


def _notices_of(province: str) -> Iterable[WarningNotice]:
    """Warnings that hold today. A wave is public by the warning that a desk wrote of it."""
    since = times.now() - PUBLIC_DAYS
    for version in _public_versions(since):
        places = _codes_in(province, version)
        if places and version.released_at is not None:
            yield WarningNotice(
                code=version.verify_code.code,
                category=version.category,
                severity=version.severity,
                places=places,
                published_at=times.rounded_down(version.released_at, dt.timedelta(minutes=1)),
            )


def _public_versions(since: dt.datetime) -> QuerySet[Version]:
    return holding_versions().filter(
        warning__published_at__gt=since, verify_code__isnull=False, released_at__isnull=False
    )


def _codes_in(province: str, version: Version) -> tuple[str, ...]:
    """Its communes in the province; the province itself where it is for all of it, or too many."""
    chosen = choice_of(version).places
    if not chosen:
        return (province,) if version.warning.unit.province_code == province else ()
    places = Place.objects.filter(pk__in=chosen, province_code=province).select_related("parent")
    codes = {_code_in(province, place) for place in places}
    if province in codes or len(codes) > MOST_PLACES_OF_WARNING:
        return (province,)
    return tuple(sorted(codes))


def _code_in(province: str, place: Place) -> str:
    """The code of a place's commune; that of the province where our table knows no such commune."""
    commune = place.parent if place.kind == Place.Kind.HAMLET else place
    code = commune.code if commune is not None else ""
    return code if code in commune_names() else province


def _listings_file() -> bytes | None:
    """The hashes of what is confirmed and listed today, a line each; None where they are too many.

    As hashes, as the prefix API has them: a list of numbers in clear would go round long after an
    objection took one off.
    """
    confirmed = Listing.objects.public().filter(grade=Listing.Grade.CONFIRMED)
    hashes = confirmed.order_by("lookup_hash").values_list("lookup_hash", flat=True).distinct()
    lines = [f"{bytes(each).hex()}\n" for each in hashes[: MOST_LISTED + 1]]
    return "".join(lines).encode() if len(lines) <= MOST_LISTED else None
