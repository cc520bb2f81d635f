"""Forms of the desk's pages about establishments."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit.forms import Form, no_later_than_today
from keng.kit.sql_names import alphabetically
from keng.network.actions.establishments import EstablishmentEntry
from keng.network.forms.parts import (
    NetworkFilter,
    agreed_field,
    name_field,
    place_field,
    sheet_field,
)
from keng.network.models import Establishment, Group
from keng.network.queries.places import places_of
from keng.network.sheets import cells
from keng.network.sheets.plan_establishments import MOST_ROOMS
from keng.places.models import Unit


class EstablishmentFilter(NetworkFilter):
    """The filter row above the list of houses."""

    words_label = gettext_lazy("Find a house or contact")
    kinds = Establishment.Kind.choices

    def states(self) -> list[tuple[str, str]]:
        return [
            ("", _("Open")),
            ("missing", _("No contact in a group")),
            ("closed", _("Closed")),
        ]


class EstablishmentSheetForm(Form):
    """A file with houses."""

    sheet = sheet_field(gettext_lazy("File with houses"))


class EstablishmentForm(Form):
    """One house of one unit. A contact is kept only if they agreed."""

    name = name_field(gettext_lazy("Name of the house"))
    kind = forms.ChoiceField(choices=Establishment.Kind.choices, label=gettext_lazy("Kind"))
    place = place_field()
    contact = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Contact person"),
        help_text=gettext_lazy("Whoever agreed to be asked. A name only, no phone number."),
    )
    contact_agreed_on = agreed_field()
    group = forms.ModelChoiceField(
        Group.objects.none(),
        required=False,
        label=gettext_lazy("Group in which the contact reads along"),
        empty_label=gettext_lazy("None yet"),
    )
    room_count = forms.IntegerField(
        min_value=0,
        max_value=MOST_ROOMS,
        required=False,
        label=gettext_lazy("Number of rooms"),
        help_text=gettext_lazy("A number only. Kẻng keeps no list of tenants, guests or pupils."),
        error_messages={"invalid": gettext_lazy("Write digits only")},
    )

    def __init__(
        self,
        *args: Any,
        unit: Unit,
        officer: Officer,
        house: Establishment | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.unit, self.house = unit, house
        fields["place"].queryset = places_of([unit.pk])
        fields["group"].queryset = (
            Group.objects.visible_to(officer)
            .filter(unit=unit, is_active=True)
            .order_by(alphabetically())
        )

    def clean_contact(self) -> str:
        words = " ".join(self.cleaned_data["contact"].split())
        try:
            return cells.without_phone_number(words)
        except cells.WrongCell:
            raise forms.ValidationError(
                _("Write the name without a phone number: Kẻng keeps none")
            ) from None

    def clean_contact_agreed_on(self) -> datetime.date | None:
        return no_later_than_today(self.cleaned_data["contact_agreed_on"])

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("contact") and "contact_agreed_on" in found and not found["contact_agreed_on"]:
            self.add_error("contact_agreed_on", _("Write the day on which they agreed"))
        name = " ".join(found.get("name", "").split())
        same = Establishment.objects.filter(unit=self.unit, place=found.get("place"), name=name)
        if self.house:
            same = same.exclude(pk=self.house.pk)
        if name and found.get("place") and same.exists():
            self.add_error("name", _("There is already a house of this name in this place"))
        return found

    def entry(self) -> EstablishmentEntry:
        """What was written, for the action."""
        found = self.cleaned_data
        return EstablishmentEntry(
            name=" ".join(found["name"].split()),
            kind=found["kind"],
            place_id=found["place"].pk,
            unit_id=self.unit.pk,
            contact=found["contact"],
            contact_agreed_on=found["contact_agreed_on"],
            group_id=found["group"].pk if found["group"] else None,
            room_count=found["room_count"] or 0,
        )
