"""What waits and takes more than columns to know: few rows, of few people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keng.accounts import notices, requesting
from keng.accounts.models import Officer, OfficerRequest
from keng.accounts.who import HEARING_OBJECTIONS, VOUCHING, WORKING
from keng.lookup.deciders import may_answer_dispute
from keng.lookup.models import Dispute
from keng.partners.queries import waiting_texts
from keng.waiting.kinds import WaitingLine, objection_line

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class ListedKind:
    """One kind whose lines are made one by one."""

    page: str
    """The address, by its name, in whose menu entry these are counted."""
    heading: "str | _StrPromise"
    lines: Callable[[Officer], list[WaitingLine]]


def _officer_requests(officer: Officer) -> list[WaitingLine]:
    if not VOUCHING.includes(officer):
        return []
    seen = OfficerRequest.objects.visible_to(officer).open().order_by("id")
    waiting = seen.select_related("unit", "officer", "asked_by")
    return [
        WaitingLine(
            title=notices.subject_of_request(row),
            url=reverse("officer-request", args=[row.pk]),
            unit=row.unit.name,
            since=row.asked_at,
            due=row.expires_at,
        )
        for row in waiting
        if row.is_waiting and not requesting.why_not_second_person(row, officer)
    ]


def _objections_left_to_auditors(officer: Officer) -> list[WaitingLine]:
    """Where everybody of the desk took part in listing the number."""
    if WORKING.includes(officer) or not HEARING_OBJECTIONS.includes(officer):
        return []
    waiting = Dispute.objects.visible_to(officer).open().order_by("due_on", "id")
    return [
        objection_line(dispute)
        for dispute in waiting.select_related("unit", "listing__indicator")
        if may_answer_dispute(officer, dispute)
    ]


def _partner_texts(officer: Officer) -> list[WaitingLine]:
    return [
        WaitingLine(
            title=text.title,
            url=reverse("desk-article", args=[text.pk]),
            unit=text.partner.name,
            since=text.submitted_at,
            lang="vi",
        )
        for text in waiting_texts(officer)
        if not text.has_hand_of(officer)
    ]


LISTED_KINDS = (
    ListedKind("listings", _("Objections to the look-up"), _objections_left_to_auditors),
    ListedKind("officer-requests", _("Requests about officers"), _officer_requests),
    ListedKind("desk-partners", _("Texts of partners"), _partner_texts),
)
