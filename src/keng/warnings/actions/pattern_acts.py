"""Warnings let out beforehand: by two, sent by one, looked at by eight."""

import datetime
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.accounts.vouching import tied_to
from keng.accounts.who import COMMUNE_WORKING, WORKING
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed, Refused
from keng.acts.locks import lock, lock_one
from keng.acts.work import permit_anywhere, permit_over
from keng.audit.actions import record, unit_chain
from keng.delivery.audience import define_audience, reaches_nobody
from keng.delivery.models import Dispatch
from keng.kit import times
from keng.network.queries.places import places_of
from keng.places.models import Unit
from keng.releases import steps
from keng.releases.errors import HandInIt, TextChanged
from keng.warnings import acts, pattern_blanks, style
from keng.warnings.actions.drafting import draft_warning, submit_warning
from keng.warnings.actions.errors import NobodyThere, StyleStops
from keng.warnings.actions.releasing import release_version
from keng.warnings.content import AudienceChoice, WarningContent, audience_of
from keng.warnings.known_numbers import NumberCheck, check_numbers, compared_tips
from keng.warnings.models import Pattern, PatternUse, Version

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer

PATTERN_LIFE = datetime.timedelta(days=180)
FILLED_PATTERN_HOLDS = datetime.timedelta(days=7)
_REVIEW_HOUR = datetime.timedelta(hours=8)


class PatternNotInForce(Refused):
    """Not let out, ended, expired, or no longer what was let out: nothing goes out with it."""

    sentence = _("This pattern cannot be filled any more.")


class BlankUnfit(Incomplete):
    """What was filled in is not what the blank is for; holds the blank's code."""


class BlankMisplaced(Refused, ValueError):
    """A number or a link would be filled in where people are told what to do, or whom to call."""

    sentence = _(
        "A number or a link would be filled in where people are told what to do: write the"
        " pattern anew."
    )


class SecondPersonNeeded(Refused):
    """What was filled in stands in no tip of the desk: somebody else lets it out."""

    sentence = _(
        "A number or a link that you filled in stands in no report of your desk: a second person"
        " lets it out."
    )


# Where what one officer fills in alone has to stand: in a tip, and not as somebody's own.
_STANDS_IN_A_TIP = frozenset({"used", "reported", "undecided"})


@act(acts.MAKE_PATTERN)
def make_pattern(
    texts: Mapping[str, str],
    *,
    unit_id: uuid.UUID,
    category: str,
    severity: int,
    kinds: Sequence[str],
    expires_on: datetime.date,
    by: "Officer",
) -> Pattern:
    """Write a pattern for a second person to approve.

    Raises NotAllowed, BlankMisplaced, StyleStops.
    """
    permit_over(unit_id)
    unit = Unit.objects.get(pk=unit_id)
    if unit not in units_to_write_for(by):
        raise NotAllowed
    if pattern_blanks.misplaced_blanks(texts):
        raise BlankMisplaced
    if stops := style.stopping_findings(
        WarningContent({"vi": dict(texts)}, category, severity, None)
    ):
        raise StyleStops(stops)
    latest = times.local_date(times.now() + PATTERN_LIFE)
    expires_on = min(expires_on, latest)
    pattern = Pattern(
        unit=unit,
        texts=dict(texts),
        category=category,
        severity=severity,
        kinds=sorted(kinds),
        expires_on=expires_on,
        made_by=by,
    )
    pattern.hand_in(by)
    pattern.save(force_insert=True)
    record(
        "pattern.made",
        by=by,
        on=pattern,
        chain=unit_chain(unit.pk),
        detail=_pattern_detail(pattern),
    )
    return pattern


@act(acts.APPROVE_PATTERN)
def approve_pattern(
    pattern_id: uuid.UUID, *, seen: bytes, numbers: str = "", by: "Officer"
) -> Pattern:
    """Let others send it; `numbers` is as for approving a warning.

    Raises NotAllowed, HandInIt, NothingWaits, TextChanged, BlankMisplaced, NumbersUnchecked.
    """
    pattern = _lock_pattern(pattern_id, by)
    steps.let_out(pattern, seen=seen, by=by)
    if pattern_blanks.misplaced_blanks(pattern.texts):
        raise BlankMisplaced
    checked = check_pattern(pattern, by=by)
    checked.require_compared(numbers)
    record(
        "pattern.approved",
        by=by,
        on=pattern,
        chain=unit_chain(pattern.unit_id),
        detail={**_pattern_detail(pattern), "unmatched_numbers": checked.counts()},
    )
    return pattern


def check_pattern(pattern: Pattern, *, by: "Officer") -> NumberCheck:
    """The numbers that stand in its words for good; the blanks are checked when they are filled."""
    against = compared_tips(by, pattern.unit)
    return check_numbers({"vi": pattern.texts}, unit=pattern.unit, against=against)


def check_filled_pattern(
    pattern: Pattern, values: Mapping[str, str], unit: Unit, *, by: "Officer"
) -> NumberCheck:
    """The numbers of a pattern with its blanks filled for a commune. Raises BlankUnfit."""
    texts = filled_content(pattern, values, unit).texts
    return check_numbers(texts, unit=unit, against=compared_tips(by, unit))


def needs_second_person(
    pattern: Pattern, values: Mapping[str, str], unit: Unit, *, by: "Officer"
) -> bool:
    """Whether somebody else lets it out, filled like this: a number or link in it is in no tip.

    So it is with the desks' own numbers, too, and with a pattern from before the rule that would
    have them where people are told what to do. The values are fit.
    """
    if pattern_blanks.misplaced_blanks(pattern.texts):
        return True
    against = compared_tips(by, unit)
    for value in pattern_blanks.values_of_others(pattern.texts, values):
        lines = check_numbers({"vi": {"signs": value}}, unit=unit, against=against).lines
        # A number so short that none is read in it stands in no tip either.
        if not lines or any(line.standing not in _STANDS_IN_A_TIP for line in lines):
            return True
    return False


@act(acts.HAND_IN_PATTERN)
def hand_in_pattern(pattern_id: uuid.UUID, values: Mapping[str, str], *, by: "Officer") -> Version:
    """Fill it, and let a second person send it like any warning.

    Raises PatternNotInForce, BlankUnfit, NotAllowed, NobodyThere, StyleStops.
    """
    pattern, unit = _lock_pattern_to_fill(pattern_id, by)
    content = filled_content(pattern, values, unit)
    version = draft_warning(
        unit_id=unit.pk, content=content, choice=choice_for_commune(pattern, unit), by=by
    )
    submitted = submit_warning(version.warning_id, by=by)
    record(
        "pattern.handed_in",
        by=by,
        on=submitted,
        chain=unit_chain(unit.pk),
        detail={**_pattern_detail(pattern), "blanks": sorted(values)},
    )
    return submitted


@act(acts.END_PATTERN)
def end_pattern(pattern_id: uuid.UUID, *, by: "Officer") -> Pattern:
    """Nothing more goes out with it. Raises NotAllowed."""
    pattern = _lock_pattern(pattern_id, by)
    if pattern.ended_at is None:
        steps.end(pattern)
        record(
            "pattern.ended",
            by=by,
            on=pattern,
            chain=unit_chain(pattern.unit_id),
            detail=_pattern_detail(pattern),
        )
    return pattern


@act(acts.SEND_PATTERN)
def send_pattern(
    pattern_id: uuid.UUID,
    values: Mapping[str, str],
    *,
    audience_hash: bytes,
    people: int,
    numbers: str = "",
    by: "Officer",
) -> Dispatch:
    """One officer fills and sends it, to the own commune only; it is looked at by 08:00.

    Whoever let the pattern out lets this out: the words are those, with the blanks. So they are no
    second person for what they fill in themselves, nor is their maker. `people` and `numbers` are
    as for approving a warning. Raises PatternNotInForce, BlankUnfit, NotAllowed, HandInIt,
    TextChanged, NobodyThere, SecondPersonNeeded, NumbersUnchecked, StyleStops.
    """
    pattern, unit = _lock_pattern_to_fill(pattern_id, by)
    second = pattern.released_by
    if second is None:
        raise PatternNotInForce
    content = filled_content(pattern, values, unit)
    if needs_second_person(pattern, values, unit, by=by):
        raise SecondPersonNeeded
    if stops := style.stopping_findings(content):
        raise StyleStops(stops)
    version = draft_warning(
        unit_id=unit.pk, content=content, choice=choice_for_commune(pattern, unit), by=by
    )
    audience = define_audience(audience_of(version))
    if reaches_nobody(audience):
        raise NobodyThere
    if audience.hash != audience_hash:
        raise TextChanged
    steps.submit(version, by=by)
    checked, dispatch = release_version(
        version,
        seen=version.digest_now,
        people=people,
        numbers=numbers,
        released_by=second,
        by=by,
    )
    use = PatternUse.objects.create(
        pattern=pattern,
        version=version,
        sent_by=by,
        sent_at=times.now(),
        review_by=review_deadline(),
    )
    record(
        "pattern.sent",
        by=by,
        on=version,
        chain=unit_chain(unit.pk),
        detail={
            **_pattern_detail(pattern),
            "blanks": sorted(values),
            "dispatch": str(dispatch.pk),
            "review_by": use.review_by.isoformat(),
            "unmatched_numbers": checked.counts(),
        },
    )
    return dispatch


@act(acts.REVIEW_PATTERN_USE)
def review_pattern_use(use_id: uuid.UUID, *, by: "Officer") -> PatternUse:
    """It was right to send it. Said by a second person to whoever sent it. Raises NotAllowed.

    What was wrong is recalled like any other warning, and counts as looked at.
    """
    uses = PatternUse.objects.select_related("version__warning")
    use = lock_one(uses, use_id, owner="version.warning.unit_id")
    if use.sent_by_id in tied_to(by):
        raise HandInIt
    if use.reviewed_at is None:
        use.reviewed_by, use.reviewed_at = by, times.now()
        use.save(update_fields=["reviewed_by", "reviewed_at"])
        record(
            "pattern.reviewed",
            by=by,
            on=use.version,
            chain=unit_chain(use.version.warning.unit_id),
            detail={"overdue": use.reviewed_at > use.review_by},
        )
    return use


def units_to_write_for(officer: "Officer") -> list[Unit]:
    """Where the officer takes reports on or leads: who only audits a unit writes nothing for it."""
    return WORKING.own_units(officer)


def commune_desk_of(officer: "Officer") -> Unit | None:
    """The commune desk in whose name the officer may send by themselves."""
    return next(iter(COMMUNE_WORKING.own_units(officer)), None)


def filled_content(pattern: Pattern, values: Mapping[str, str], unit: Unit) -> WarningContent:
    """The pattern with its blanks filled for a commune. Raises BlankUnfit."""
    codes = pattern_blanks.blanks_of(pattern.texts)
    for code in codes:
        if not pattern_blanks.fits_blank(code, values.get(code, "")):
            raise BlankUnfit(code)
    # Words of one's own would be free text in an approved pattern: only places of this desk.
    if "hamlet" in codes and not places_of([unit.pk]).filter(full_name=values["hamlet"]).exists():
        raise BlankUnfit("hamlet")
    texts = {
        "vi": pattern_blanks.fill_blanks(pattern.texts, {code: values[code] for code in codes})
    }
    until = times.local_date(times.now() + FILLED_PATTERN_HOLDS)
    return WarningContent(texts, pattern.category, pattern.severity, until)


def choice_for_commune(pattern: Pattern, unit: Unit) -> AudienceChoice:
    """The places that the commune desk serves, and nobody beyond."""
    served = unit.jurisdictions.filter(valid_to__isnull=True).values_list("place", flat=True)
    return AudienceChoice(tuple(served), tuple(pattern.kinds))


def review_deadline() -> datetime.datetime:
    """The next 08:00 in Vietnam."""
    now = times.now()
    today = times.start_of(times.local_date(now)) + _REVIEW_HOUR
    return today if now < today else today + datetime.timedelta(days=1)


def _lock_pattern(pattern_id: uuid.UUID, by: "Officer") -> Pattern:
    return lock_one(_patterns_of(by), pattern_id)


def _patterns_of(by: "Officer") -> "QuerySet[Pattern]":
    return Pattern.objects.visible_to(by).select_related("unit", "released_by")


def _lock_pattern_to_fill(pattern_id: uuid.UUID, by: "Officer") -> tuple[Pattern, Unit]:
    """The pattern as it was let out, and the commune for which the officer fills it.

    It may be the province's, over which the officer has no say: asked is for the commune.
    """
    permit_anywhere()
    pattern, unit = lock(_patterns_of(by)).filter(pk=pattern_id).first(), commune_desk_of(by)
    if pattern is None or unit is None or pattern.unit_id not in {unit.pk, unit.parent_id}:
        raise NotAllowed
    permit_over(unit.pk)
    today = times.local_date(times.now())
    if not Pattern.objects.in_force(today).filter(pk=pattern.pk).exists():
        raise PatternNotInForce
    if pattern.digest_now != bytes(pattern.digest or b""):
        raise PatternNotInForce
    return pattern, unit


def _pattern_detail(pattern: Pattern) -> dict[str, object]:
    return {**steps.release_detail(pattern), "pattern": str(pattern.pk)}
