"""Everything a report says, as plain data: what is shown, signed and written into files."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count

from keng.language.alphabet import alphabetical
from keng.reports.models import Snapshot
from keng.reports.periodic import boundaries, spans
from keng.reports.periodic.identities import Finding, asked, examine, tip_ids
from keng.reports.periodic.lines import BY_KEY
from keng.reports.periodic.sight import Ask
from keng.reports.periodic.terms import TERMS, seen
from keng.tips.models import Decision, Tip

FORMAT = 1
# The columns of the table by desk.
BY_UNIT = ("received", "total", "of_value", "pending")


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as the figures are now, and what keeps it from being signed."""

    ask: Ask
    figures: dict[str, Any]
    findings: list[Finding]
    open_tips: list[uuid.UUID]
    previous: Snapshot | None

    @property
    def holds(self) -> bool:
        """Whether every identity agrees."""
        return all(finding.holds for finding in self.findings)

    @property
    def hash(self) -> bytes:
        """What a signer agrees to."""
        return digest(self.figures)


def draft(ask: Ask) -> Draft:
    """Count everything."""
    asked_terms = asked(ask)
    terms = {key: len(tips) for key, tips in asked_terms.items()}
    counts = {key: terms[key] if key in terms else line.count(ask) for key, line in BY_KEY.items()}
    earlier = Ask(ask.sight, spans.a_year_before(ask.span))
    before = {key: line.count(earlier) for key, line in BY_KEY.items()}
    previous = before_this(ask)
    findings = examine(asked_terms)
    if previous is not None:
        findings.insert(0, opening(ask, previous))
    places = {kind: boundaries.rows(ask, kind) for kind in (boundaries.NEW, boundaries.OLD)}
    units = _by_unit(ask)
    findings.append(
        Finding("places", 2, sum(row.count for row in places[boundaries.NEW]), terms["received"])
    )
    if units:
        whole = sum(row[1 + BY_UNIT.index("total")] for row in units)
        findings.append(Finding("units", 3, whole, terms["total"]))
    figures = {
        "format": FORMAT,
        "unit": str(ask.sight.unit.pk),
        "unit_name": ask.sight.unit.name,
        "span": ask.span.code,
        "since": ask.since.isoformat(),
        "until": ask.until.isoformat(),
        "lines": {key: [counts[key], before[key]] for key in counts},
        "identities": [[f.code, f.block, f.stated, f.due] for f in findings],
        "units": units,
        "places": {
            kind: [[row.name, row.count, list(row.one_of)] for row in rows]
            for kind, rows in places.items()
        },
    }
    return Draft(ask, figures, findings, asked_terms["closing_balance"], previous)


def before_this(ask: Ask) -> Snapshot | None:
    """The newest version of the signed report that ends where this one begins."""
    ended = Snapshot.objects.filter(unit=ask.sight.unit, until=ask.since)
    return ended.order_by("-signed_at").first()


def opening(ask: Ask, previous: Snapshot) -> Finding:
    """What the report before left open is what this one carries over.

    But for what left the desk since, and what another desk passed to it.
    """
    closing = {uuid.UUID(tip) for tip in previous.open_tips}
    carried = set(tip_ids(TERMS["carried_over"](ask)))
    here = set(seen(ask).filter(pk__among=closing).values_list("pk", flat=True))
    came = _passed_to(ask, carried - closing)
    wrong = (here ^ carried) - came
    stated = len(carried) + len(closing - here) - len(came)
    blamed = "carried_over" if wrong else ""
    return Finding("opening", 2, stated, len(closing), blamed, tuple(sorted(wrong)))


def digest(figures: dict[str, Any]) -> bytes:
    """SHA-256 of the figures, written in the one way that figures are written."""
    return hashlib.sha256(canonical(figures)).digest()


def canonical(figures: dict[str, Any]) -> bytes:
    """The same bytes for the same figures, whatever order a database gives them back in."""
    said = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


def references(findings: list[Finding]) -> dict[uuid.UUID, str]:
    """What the desk calls the tips that keep a report from being signed."""
    wrong = {tip for finding in findings for tip in finding.tips}
    named = Tip.objects.filter(pk__in=wrong).values_list("pk", "reference")
    return {pk: reference or str(pk)[:8] for pk, reference in named}


def _passed_to(ask: Ask, tips: set[uuid.UUID]) -> set[uuid.UUID]:
    routed = Decision.objects.exclude(detail__has_key="taken_back").filter(
        tip__among=tips,
        kind=Decision.Kind.ROUTED,
        at__gte=ask.since,
        detail__to=str(ask.sight.unit.pk),
    )
    return set(routed.values_list("tip", flat=True))


def _by_unit(ask: Ask) -> list[list[Any]]:
    """For a province: each desk in the order of names, never of numbers."""
    if len(ask.sight.unit_ids) < 2:
        return []
    found: dict[str, list[Any]] = {}
    for at, key in enumerate(BY_UNIT, start=1):
        rows = TERMS[key](ask).order_by()
        of = "" if rows.model is Tip else "tip__"
        name = f"{of}responsible_unit__name"
        for unit, number in rows.values_list(name).annotate(n=Count("pk")):
            found.setdefault(unit, [unit, 0, 0, 0, 0])[at] = number
    return [found[name] for name in sorted(found, key=alphabetical)]
