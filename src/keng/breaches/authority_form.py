"""What the authority is told of a breach, section by section: for the page, and for both files.

The law names a form (Decree 356/2025 art. 28, form 08) whose layout is not in our reference: what
stands here is its content as far as Kẻng knows it, and says so itself.
"""

import dataclasses
import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keng.breaches.counts import rows_by_class, to_next_ten
from keng.breaches.data_classes import BY_CODE, TELLING_WORDS, DataClass
from keng.breaches.harm import HARM_STEPS, HarmAnswer, rate_harm
from keng.breaches.models import Breach
from keng.kit import times
from keng.kit.time_words import moment_words


@dataclass(frozen=True, slots=True)
class FormSection:
    """One numbered part: pairs of what and value, or a table with heads."""

    heading: str
    heads: list[str]
    rows: list[list[str]]


@dataclass(frozen=True, slots=True)
class AuthorityForm:
    """Everything that stands on the paper."""

    title: str
    basis: str
    issuer: str
    made_at: str
    sections: list[FormSection]
    note: str

    def as_json(self) -> dict[str, Any]:
        """As a filing keeps it, and as breach.typ reads it."""
        return dataclasses.asdict(self)


def make_authority_form(breach: Breach) -> AuthorityForm:
    """As it would go now."""
    reached = [BY_CODE[code] for code in breach.reached]
    is_supplement = breach.filings.exists()
    return AuthorityForm(
        title=_("Supplement to a notification of a personal data breach")
        if is_supplement
        else _("Notification of a personal data breach"),
        basis=_("Law 91/2025 art. 23; Decree 356/2025 art. 28, content for form 08"),
        issuer=breach.unit.name,
        made_at=moment_words(times.now(), "short"),
        sections=[
            _facts(_("1. Who notifies"), _issuer_rows(breach)),
            _facts(_("2. The incident"), _incident_rows(breach)),
            _reached_section(reached),
            _facts(_("4. Harm that may come of it"), _harm_rows(breach)),
            _facts(_("5. What was done"), [[_("Measures"), breach.measures or "–"]]),
            FormSection(
                _("6. Who is told"),
                [_("Sort of data"), _("How the people concerned can be told")],
                [[str(each.name), str(TELLING_WORDS[each.telling])] for each in reached],
            ),
            _facts(_("7. Told so far"), _told_rows(breach)),
        ],
        note=_(
            "The layout of form 08 is the decree's: copy this content onto the form in force and"
            " have it signed. Numbers are rows of the database, rounded up to tens; no name and no"
            " word of a report stands here."
        ),
    )


def _facts(heading: str, rows: list[list[str]]) -> FormSection:
    return FormSection(heading, [_("What"), _("Value")], rows)


def _issuer_rows(breach: Breach) -> list[list[str]]:
    return [
        [_("Unit"), breach.unit.name],
        [_("Phone of the desk"), breach.unit.desk_phone or "–"],
        [_("Data protection officer"), str(breach.recorded_by)],
    ]


def _incident_rows(breach: Breach) -> list[list[str]]:
    return [
        [_("Kind"), str(Breach.Kind(breach.kind).label)],
        [_("Began"), _moment(breach.began_at) or _("Not known yet")],
        [_("Detected"), _moment(breach.detected_at)],
        [_("72 hours end"), _moment(breach.notify_by)],
        [_("What happened"), breach.words],
    ]


def _reached_section(reached: Iterable[DataClass]) -> FormSection:
    found = list(reached)
    counts = rows_by_class([each.code for each in found])
    return FormSection(
        _("3. Data and people concerned"),
        [_("Sort of data"), _("Whose"), _("Rows, at most"), _("How it was protected")],
        [
            [
                str(each.name),
                str(each.subjects),
                str(counts.get(each.code, "–")),
                str(each.protection),
            ]
            for each in found
        ],
    )


def _harm_rows(breach: Breach) -> list[list[str]]:
    _rating, rule = rate_harm(breach.harm)
    answers = [
        [str(step.question), str(HarmAnswer(breach.harm[step.code]).label)]
        for step in HARM_STEPS
        if step.code in breach.harm
    ]
    return [[_("Rating"), str(rule)], *answers]


def _told_rows(breach: Breach) -> list[list[str]]:
    filings = [
        [
            _("Authority") if filing.number == 1 else _("Authority, supplement"),
            " · ".join(filter(None, [_moment(filing.sent_at), filing.paper_number, filing.words])),
        ]
        for filing in breach.filings.order_by("number")
    ]
    notices = [
        [
            _("Reporters, on the pages of their reports"),
            _("%(when)s: %(n)d at most")
            % {"when": _moment(notice.asked_at), "n": to_next_ten(notice.told)},
        ]
        for notice in breach.notices.order_by("id")
    ]
    return [*filings, *notices] or [[_("Nobody yet"), "–"]]


def _moment(moment: datetime.datetime | None) -> str:
    return moment_words(moment, "short") if moment else ""
