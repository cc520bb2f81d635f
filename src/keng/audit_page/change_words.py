"""What an act changed, before and after, and why: what an entry keeps beside its act, in words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.audit.models import Entry
from keng.delivery.audience import channel_labels
from keng.kit.ids import read_id
from keng.kit.time_words import grouped_number
from keng.network.models import Establishment, GroupKind
from keng.tips.models import Decision, Tip

_FIELDS = {
    "name": gettext_lazy("name"),
    "kind": gettext_lazy("kind"),
    "place": gettext_lazy("place"),
    "channel": gettext_lazy("channel"),
    "address": gettext_lazy("address at the channel"),
    "members": gettext_lazy("members"),
    "in_charge": gettext_lazy("officer in charge"),
    "leads": gettext_lazy("leads"),
    "position": gettext_lazy("position"),
    "language": gettext_lazy("language"),
    "above": gettext_lazy("who is above"),
    "groups": gettext_lazy("groups"),
    "agreed_on": gettext_lazy("agreed on"),
    "rooms": gettext_lazy("rooms"),
    "contact": gettext_lazy("contact"),
    "group": gettext_lazy("group of the house"),
    "issuer": gettext_lazy("body that issues it"),
    "number": gettext_lazy("number"),
    "symbol": gettext_lazy("symbol"),
    "dated": gettext_lazy("date on the paper"),
    "addressees": gettext_lazy("addressed to"),
    "recipients": gettext_lazy("recipients"),
    "capacity": gettext_lazy("signs as"),
    "signer": gettext_lazy("name of the signer"),
    "money_lost": gettext_lazy("lost, đồng"),
    "money_saved": gettext_lazy("kept from being lost, đồng"),
    "money_recovered": gettext_lazy("got back, đồng"),
    "persons_helped": gettext_lazy("people helped"),
}
# What stands in the detail of a decision on a tip, and says why it was taken.
_GROUNDS = {
    "as_kind": dict(Decision.DeclinedAs.choices),
    "outcome": dict(Tip.Outcome.choices),
    "ground": dict(Decision.Ground.choices),
    "value": dict(Tip.Value.choices),
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field; without before and after the record keeps only that it changed."""

    label: str
    before: str
    after: str


def entry_changes(row: Entry, officers: dict[str, Officer]) -> list[FieldChange]:
    """What the entry says was changed, in the order of the fields."""
    return [
        FieldChange(
            _field_label(name),
            *(_value(row.object_kind, name, each, officers) for each in _pair(pair)),
        )
        for name, pair in _changes(row).items()
    ]


def entry_reason(row: Entry) -> str:
    """Why, as far as the entry says it: what the officer wrote, or the ground they chose."""
    detail = row.detail or {}
    if row.action == "opening.shown" and detail.get("witnessed") is False:
        return _("Not witnessed: no witness had seen the agreement yet")
    if isinstance(detail.get("reason"), str):
        return str(detail["reason"])
    found = [
        str(labels[detail[key]])
        for key, labels in _GROUNDS.items()
        if isinstance(detail.get(key), str) and detail[key] in labels
    ]
    return ", ".join(found)


def officers_in_changes(rows: list[Entry]) -> list[str]:
    """The ids of officers that changes name, so that they are asked for at once."""
    return [
        each
        for row in rows
        for name, pair in _changes(row).items()
        if name == "in_charge"
        for each in _pair(pair)
        if isinstance(each, str) and read_id(each)
    ]


def _changes(row: Entry) -> dict[str, Any]:
    """What is there; of what an older or a broken program wrote, nothing."""
    changes = (row.detail or {}).get("changes")
    return changes if isinstance(changes, dict) else {}


def _field_label(name: str) -> str:
    """What the field is called; the wanted counts of groups stand under their kinds."""
    kinds = {code: str(label) for code, label in GroupKind.choices}
    return str(_FIELDS.get(name) or kinds.get(str(name), name))


def _pair(pair: Any) -> tuple[Any, Any]:
    """Before and after; blanks where the record keeps neither."""
    return (pair[0], pair[1]) if isinstance(pair, list) and len(pair) == 2 else ("", "")


def _value(kind: str, name: str, value: Any, officers: dict[str, Officer]) -> str:
    if isinstance(value, int):
        return grouped_number(value)
    text = str(value)
    if name == "kind":
        choices = Establishment.Kind.choices if kind == "establishment" else GroupKind.choices
        return next((str(label) for code, label in choices if code == text), text)
    if name == "channel":
        return channel_labels().get(text, text)
    if name == "in_charge":
        return str(officers.get(text, "")) or (_("somebody") if text else "")
    if name in ("agreed_on", "dated"):
        return _day(text)
    # An id says nothing to a reader; that it changed does.
    return "" if read_id(text) else text


def _day(text: str) -> str:
    try:
        return f"{date.fromisoformat(text):%d/%m/%Y}"
    except ValueError:
        return text
