"""The lists behind the numbers that count no tips: what each is called, and what its rows say."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.delivery.audience import channel_labels
from keng.delivery.models import Delivery, RelayTask
from keng.kit.time_words import moment_words
from keng.language import taxonomy
from keng.network.models import Group
from keng.reports.figures import definitions
from keng.reports.figures.periods import Period
from keng.tips.models import Incident
from keng.warnings.models import Version, Warning

# Sums of money; everything else counts rows or persons.
IN_DONG = ("lost", "saved", "recovered")


@dataclass(frozen=True, slots=True)
class ListItem:
    """One row: when, what, where it leads, and the cells after that."""

    at: datetime
    name: str
    url: str
    cells: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class FigureList:
    """A kind of list. `value` is the part of the figure that an address names, empty for all."""

    rows: Callable[[Officer, Period, str], QuerySet[Any]]
    title: Callable[[str], str]
    heads: Callable[[], tuple[str, ...]]
    items: Callable[[list[Any], Officer], list[ListItem]]
    counts: bool = False
    """Whether the cells are numbers."""
    amount: Callable[[QuerySet[Any], str], int] | None = None
    """What the rows add up to, where the figure is not their count."""


def rows_with_heads(
    heads: tuple[str, ...], items: Iterable[ListItem]
) -> list[tuple[ListItem, list[tuple[str, Any]]]]:
    """Each row, and its cells beside their heads; the first head is of the row's name."""
    return [(item, list(zip(heads[1:], item.cells, strict=True))) for item in items]


def _warnings(rows: list[Warning], _officer: Officer) -> list[ListItem]:
    titles = _titles(warning__in=rows)
    return [
        ListItem(
            row.published_at or row.created_at,
            titles.get(row.pk, ""),
            reverse("warning-detail", args=[row.pk]),
            (
                row.unit.name,
                taxonomy.category_label(row.category, get_language() or "vi"),
                str(row.get_state_display()),
            ),
        )
        for row in rows
    ]


def _deliveries(rows: list[Delivery], officer: Officer) -> list[ListItem]:
    names = _group_names(officer, [row.recipient_ref for row in rows])
    titles = _titles(dispatch__in={row.dispatch_id for row in rows})
    channels = channel_labels()
    kinds = Delivery.RecipientKind
    return [
        ListItem(
            row.created_at,
            # A person who subscribed has no name here, and an address nobody can read.
            _group_name(names, row.recipient_ref)
            if row.recipient_kind == kinds.GROUP
            else str(kinds(row.recipient_kind).label),
            reverse("dispatch", args=[row.dispatch_id]),
            (
                titles.get(row.dispatch_id, ""),
                channels.get(row.channel, row.channel),
                str(row.get_state_display()),
            ),
        )
        for row in rows
    ]


def _relays(rows: list[RelayTask], officer: Officer) -> list[ListItem]:
    names = _group_names(officer, [row.group_id for row in rows])
    titles = _titles(dispatch__in={row.dispatch_id for row in rows})
    return [
        ListItem(
            row.created_at,
            _group_name(names, row.group_id),
            reverse("dispatch-coverage", args=[row.dispatch_id]),
            (titles.get(row.dispatch_id, ""), _moment(row.confirmed_at), _moment(row.seen_at)),
        )
        for row in rows
    ]


def _incidents(rows: list[Incident], _officer: Officer) -> list[ListItem]:
    return [
        ListItem(
            row.opened_at,
            row.title,
            reverse("incident", args=[row.pk]),
            tuple(getattr(row, field) for field in definitions.INCIDENT_SUMS.values()),
        )
        for row in rows
    ]


def _delivery_title(state: str) -> str:
    if state not in Delivery.State.values:
        return _("Deliveries")
    return _("Deliveries, %(state)s") % {"state": Delivery.State(state).label.lower()}


def _relay_title(step: str) -> str:
    return {
        "passed_on": _("Say it was passed on"),
        "seen": _("Seen in the group by an officer"),
    }.get(step, _("Asked to pass on by hand"))


def _incident_title(name: str) -> str:
    return incident_sum_labels().get(name, _("Incidents opened"))


def incident_sum_labels() -> dict[str, str]:
    """What is added up over incidents, in the order of the definitions."""
    return {
        "lost": _("Money lost"),
        "saved": _("Money saved"),
        "recovered": _("Money recovered"),
        "helped": _("Persons helped"),
    }


def _added_up(incidents: QuerySet[Incident], name: str) -> int:
    if name not in definitions.INCIDENT_SUMS:
        return incidents.count()
    return int(incidents.aggregate(n=Sum(definitions.INCIDENT_SUMS[name]))["n"] or 0)


def _titles(**of: Any) -> dict[uuid.UUID, str]:
    """The title that went out, by its dispatch and, the newest one, by its warning."""
    versions = Version.objects.ever_released().filter(**of).order_by("number")
    found = {}
    for warning, dispatch, title in versions.values_list("warning", "dispatch", "texts__vi__title"):
        found[warning] = found[dispatch] = title
    return found


def _group_names(officer: Officer, ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    found = Group.objects.visible_to(officer).filter(pk__in=[pk for pk in ids if pk])
    return dict(found.values_list("pk", "name"))


def _group_name(names: dict[uuid.UUID, str], pk: uuid.UUID | None) -> str:
    return (names.get(pk) if pk else "") or _("A group of another desk")


def _moment(at: datetime | None) -> str:
    return moment_words(at, "short") if at else "–"


FIGURE_LISTS = {
    "warnings": FigureList(
        lambda officer, period, _value: definitions.warnings_published(
            officer, period
        ).select_related("unit"),
        lambda _value: _("Warnings published"),
        lambda: (_("Warning"), _("Unit"), _("Category"), _("State")),
        _warnings,
    ),
    "deliveries": FigureList(
        definitions.deliveries_sent,
        _delivery_title,
        lambda: (_("Recipient"), _("Warning"), _("Channel"), _("Outcome")),
        _deliveries,
    ),
    "relays": FigureList(
        lambda officer, period, step: definitions.relay_tasks(officer, period, step or "asked"),
        _relay_title,
        lambda: (
            _("Group"),
            _("Warning"),
            _("Say it was passed on"),
            _("Seen in the group by an officer"),
        ),
        _relays,
    ),
    "incidents": FigureList(
        definitions.incidents_opened,
        _incident_title,
        lambda: (_("Incident"), *incident_sum_labels().values()),
        _incidents,
        counts=True,
        amount=_added_up,
    ),
}
