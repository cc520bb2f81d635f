"""Everything a report says, as plain data: what is shown, signed and written into files."""

import hashlib
import json
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from keng.imported import counts as imported
from keng.kit.among import Ids
from keng.language.alphabet import alphabetical
from keng.reports.models import Snapshot
from keng.reports.periodic import boundaries, spans
from keng.reports.periodic.blocks import IMPORTED_BLOCK, LINES_BY_KEY
from keng.reports.periodic.identities import (
    IdentityFinding,
    examine_identities,
    tip_ids,
    tips_by_term,
)
from keng.reports.periodic.identity_terms import TERMS, tips_seen
from keng.reports.periodic.whose_report import ReportAsk
from keng.tips.models import Decision, Tip

FIGURES_FORMAT = 1
# The columns of the table by desk.
UNIT_TERMS = ("received", "total", "of_value", "pending")


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as the figures are now, and what keeps it from being signed."""

    ask: ReportAsk
    figures: dict[str, Any]
    findings: list[IdentityFinding]
    open_tips: list[uuid.UUID]
    previous: Snapshot | None
    year_before: Snapshot | None

    @property
    def holds(self) -> bool:
        """Whether every identity agrees."""
        return all(finding.holds for finding in self.findings)

    @property
    def hash(self) -> bytes:
        """What a signer agrees to."""
        return hash_figures(self.figures)


def draft_report(ask: ReportAsk) -> ReportDraft:
    """Count everything."""
    asked_terms = tips_by_term(ask)
    terms = {key: len(tips) for key, tips in asked_terms.items()}
    counts = {
        key: terms[key] if key in terms else line.count(ask) for key, line in LINES_BY_KEY.items()
    }
    year_before = report_a_year_before(ask)
    before = _counts_of_year_before(ask, year_before)
    previous = report_before(ask)
    findings = examine_identities(asked_terms)
    if previous is not None:
        findings.insert(0, opening_finding(ask, previous))
    places = {
        kind: boundaries.place_rows(ask, kind)
        for kind in (boundaries.NEW_BOUNDARIES, boundaries.OLD_BOUNDARIES)
    }
    units = _by_unit(ask, asked_terms)
    findings.append(
        IdentityFinding(
            "places",
            2,
            sum(row.count for row in places[boundaries.NEW_BOUNDARIES]),
            terms["received"],
        )
    )
    if units:
        whole = sum(row[1 + UNIT_TERMS.index("total")] for row in units)
        findings.append(IdentityFinding("units", 3, whole, terms["total"]))
    findings += _imported_findings(counts)
    figures = {
        "format": FIGURES_FORMAT,
        "unit": str(ask.scope.unit.pk),
        "unit_name": ask.scope.unit.name,
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
    return ReportDraft(
        ask, figures, findings, asked_terms["closing_balance"], previous, year_before
    )


def report_before(ask: ReportAsk) -> Snapshot | None:
    """The newest version of the signed report that ends where this one begins."""
    ended = Snapshot.objects.filter(unit=ask.scope.unit, until=ask.since)
    return ended.order_by("-signed_at").first()


def report_a_year_before(ask: ReportAsk) -> Snapshot | None:
    """The newest version of the signed report of the same stretch a year before."""
    span = spans.span_a_year_before(ask.span)
    signed = Snapshot.objects.filter(unit=ask.scope.unit, span=span.code)
    return signed.order_by("-version").first()


def _counts_of_year_before(ask: ReportAsk, signed: Snapshot | None) -> dict[str, int | None]:
    """The figures as they were signed; what nobody signed is counted."""
    earlier = ReportAsk(ask.scope, spans.span_a_year_before(ask.span))
    if signed is not None:
        known = {key: now for key, (now, _before) in signed.figures["lines"].items()}
    else:
        known = {} if earlier.has_tips else dict.fromkeys(TERMS, 0)
    return {
        key: known[key] if key in known else line.count(earlier)
        for key, line in LINES_BY_KEY.items()
    }


def opening_finding(ask: ReportAsk, previous: Snapshot) -> IdentityFinding:
    """What the report before left open is what this one carries over.

    But for what left the desk since, and what another desk passed to it.
    """
    closing = {uuid.UUID(tip) for tip in previous.open_tips}
    carried = set(tip_ids(TERMS["carried_over"](ask)))
    here = set(tips_seen(ask).filter(pk__among=closing).values_list("pk", flat=True))
    came = _passed_to(ask, carried - closing)
    wrong = (here ^ carried) - came
    stated = len(carried) + len(closing - here) - len(came)
    blamed = "carried_over" if wrong else ""
    return IdentityFinding("opening", 2, stated, len(closing), blamed, tuple(sorted(wrong)))


def _imported_findings(counts: dict[str, int | None]) -> list[IdentityFinding]:
    """Of what was imported: the classes, and the results, are all that was received."""
    due = counts[imported.RECEIVED] or 0
    if not due:
        return []
    sums = {"imported_classes": imported.CLASSES, "imported_results": imported.RESULTS}
    return [
        IdentityFinding(code, IMPORTED_BLOCK, sum(counts[key] or 0 for key in keys), due)
        for code, keys in sums.items()
    ]


def hash_figures(figures: dict[str, Any]) -> bytes:
    """SHA-256 of the figures, written in the one way that figures are written."""
    return hashlib.sha256(canonical_json(figures)).digest()


def canonical_json(figures: dict[str, Any]) -> bytes:
    """The same bytes for the same figures, whatever order a database gives them back in."""
    said = json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


def tip_references(findings: list[IdentityFinding]) -> dict[uuid.UUID, str]:
    """What the desk calls the tips that keep a report from being signed."""
    wrong = {tip for finding in findings for tip in finding.tips}
    named = Tip.objects.filter(pk__in=wrong).values_list("pk", "reference")
    return {pk: reference or str(pk)[:8] for pk, reference in named}


def _passed_to(ask: ReportAsk, tips: set[uuid.UUID]) -> set[uuid.UUID]:
    routed = Decision.objects.exclude(detail__has_key="taken_back").filter(
        tip__among=tips,
        kind=Decision.Kind.ROUTED,
        at__gte=ask.since,
        detail__to=str(ask.scope.unit.pk),
    )
    return set(routed.values_list("tip", flat=True))


def _by_unit(ask: ReportAsk, terms: dict[str, list[uuid.UUID]]) -> list[list[Any]]:
    """For a province: each desk in the order of names, never of numbers."""
    if len(ask.scope.unit_ids) < 2:
        return []
    counted = Ids(tip for key in UNIT_TERMS for tip in terms[key])
    names = ask.seen.filter(pk__among=counted).values_list("pk", "responsible_unit__name")
    unit_of = dict(names)
    found: dict[str, list[Any]] = {}
    for at, key in enumerate(UNIT_TERMS, start=1):
        for unit, number in Counter(unit_of[tip] for tip in terms[key]).items():
            found.setdefault(unit, [unit, 0, 0, 0, 0])[at] = number
    return [found[name] for name in sorted(found, key=alphabetical)]
