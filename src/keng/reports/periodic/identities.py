"""What must agree before a report can be signed, and which tips keep it from agreeing."""

import uuid
from collections import Counter
from dataclasses import dataclass

from django.db.models import QuerySet

from keng.reports.periodic.identity_terms import RESULT_OUTCOMES, TERMS
from keng.reports.periodic.whose_report import ReportAsk
from keng.tips.models import Decision, Tip

CLASS_TERMS = (
    "of_value",
    "not_of_value",
    "duplicate",
    "out_of_competence",
    "withdrawn",
    "unrated",
)
ENDING_TERMS = tuple(f"ended_{result}" for result in RESULT_OUTCOMES)
RESOLVED_TERMS = (*ENDING_TERMS, "ended_with_incident")


@dataclass(frozen=True, slots=True)
class Identity:
    """These parts together are that whole, in a block of the report."""

    code: str
    block: int
    parts: tuple[str, ...]
    whole: str


IDENTITIES = (
    Identity("inflow", 2, ("carried_over", "received", "reopened", "objected"), "total"),
    Identity("classes", 3, CLASS_TERMS, "total"),
    Identity("sorting", 4, ("sorted_in_time", "sorted_late", "not_sorted"), "received"),
    Identity("deadlines", 4, ("ended_in_time", "ended_late"), "ended_here"),
    Identity("results", 5, (*RESOLVED_TERMS, "suspended", "pending"), "in_competence"),
)


@dataclass(frozen=True, slots=True)
class IdentityFinding:
    """How one identity came out."""

    code: str
    block: int
    stated: int
    """What the parts add up to."""
    due: int
    """What they must add up to."""
    line: str = ""
    """The part that does not agree, as far as the tips themselves tell."""
    tips: tuple[uuid.UUID, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether it agrees, tip by tip: two errors that cancel each other do not."""
        return self.stated == self.due and not self.tips

    @property
    def off(self) -> int:
        """By how many tips it does not agree."""
        return max(len(self.tips), abs(self.stated - self.due))


def tips_by_term(ask: ReportAsk) -> dict[str, list[uuid.UUID]]:
    """Every term, each by its own query: the tips behind it, as often as it counts them."""
    return {key: tip_ids(rows(ask)) for key, rows in TERMS.items()}


def examine_identities(terms: dict[str, list[uuid.UUID]]) -> list[IdentityFinding]:
    """Every identity, from terms that were asked each by itself."""
    return [_examine(identity, terms) for identity in IDENTITIES]


def tip_ids(rows: QuerySet[Tip] | QuerySet[Decision]) -> list[uuid.UUID]:
    """The tips behind a term, as often as it counts them."""
    column = "pk" if rows.model is Tip else "tip"
    return list(rows.order_by().values_list(column, flat=True))


def _examine(identity: Identity, terms: dict[str, list[uuid.UUID]]) -> IdentityFinding:
    if _agrees_tip_by_tip(identity, terms):
        due = len(terms[identity.whole])
        return IdentityFinding(identity.code, identity.block, due, due)
    parts = {part: Counter(terms[part]) for part in identity.parts}
    whole = Counter(terms[identity.whole])
    together: Counter[uuid.UUID] = sum(parts.values(), Counter())
    wrong = sorted(set((together - whole) + (whole - together)))
    return IdentityFinding(
        identity.code,
        identity.block,
        sum(len(terms[part]) for part in identity.parts),
        len(terms[identity.whole]),
        _term_to_blame(wrong, parts) if wrong else "",
        tuple(wrong),
    )


def _agrees_tip_by_tip(identity: Identity, terms: dict[str, list[uuid.UUID]]) -> bool:
    """Each tip of the whole once, and once in the parts: so it nearly always is."""
    whole = terms[identity.whole]
    together = [tip for part in identity.parts for tip in terms[part]]
    different = set(whole)
    return len(together) == len(whole) == len(different) and different == set(together)


def _term_to_blame(wrong: list[uuid.UUID], parts: dict[str, Counter[uuid.UUID]]) -> str:
    """The line of the first tip: the one that counts it too often, or that it says it is in."""
    first = wrong[0]
    often = [part for part, tips in parts.items() if tips[first]]
    twice = [part for part in often if parts[part][first] > 1]
    if twice:
        return twice[0]
    if often:
        # Counted as two different things: what it says itself is the right one.
        says = _term_by_tip(first, parts)
        return next((part for part in often if part != says), often[0])
    return _term_by_tip(first, parts)


def _term_by_tip(tip_id: uuid.UUID, parts: dict[str, Counter[uuid.UUID]]) -> str:
    """Where the tip itself says it stands, whatever decisions say."""
    tip = Tip.objects.get(pk=tip_id)
    open_ = "suspended" if tip.suspended_at else "pending"
    said: tuple[str, ...] = (f"ended_{tip.outcome}" if tip.closed_at else open_,)
    if "duplicate" in parts:
        by_value = {"of_value": "of_value", "not_of_value": "not_of_value"}
        outside = tip.outcome in (Tip.Outcome.OUT_OF_COMPETENCE, Tip.Outcome.NOT_A_TIP)
        said = (
            "duplicate"
            if tip.duplicate_of_id
            else "out_of_competence"
            if outside
            else by_value.get(tip.value, "unrated"),
        )
    if "sorted_late" in parts:
        said = ("sorted_in_time",)
    return next((part for part in said if part in parts), next(iter(parts)))
