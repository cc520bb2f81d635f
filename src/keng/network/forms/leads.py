"""The form of a lead, on the desk."""

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer
from keng.kit.forms import Form, no_later_than_today
from keng.kit.sql_names import alphabetically, by_given_name
from keng.network.actions.leads import LeadEntry
from keng.network.forms.parts import agreed_field, name_field, sheet_field
from keng.network.models import Group, Lead
from keng.places.models import Unit


class LeadSheetForm(Form):
    """A file with leads."""

    sheet = sheet_field(
        gettext_lazy("Sheet with leads"),
        gettext_lazy("Excel (.xlsx) or CSV, up to 2 MB and 5,000 rows."),
    )


class LeadForm(Form):
    """One lead of one unit. Without consent there is no lead."""

    name = name_field(
        gettext_lazy("Name"),
        120,
        help_text=gettext_lazy("As they are called there. No phone number is kept in clear."),
    )
    position = forms.CharField(
        max_length=120,
        label=gettext_lazy("Position"),
        help_text=gettext_lazy("For instance: head of the hamlet, class teacher of 4A2"),
        error_messages={"required": gettext_lazy("Write a position")},
    )
    above = forms.ModelChoiceField(
        Lead.objects.none(),
        required=False,
        label=gettext_lazy("Answers to"),
        empty_label=gettext_lazy("The desk itself"),
        help_text=gettext_lazy(
            "The lead who passes warnings on to this one, such as a head teacher."
        ),
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        required=False,
        label=gettext_lazy("Posts in these groups"),
        widget=forms.CheckboxSelectMultiple,
    )
    language = forms.ChoiceField(
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        label=gettext_lazy("Language of the page"),
    )
    asked_again = forms.BooleanField(
        required=False,
        label=gettext_lazy(
            "They asked to take part again, or this is somebody else of the same name"
        ),
    )
    consented_on = agreed_field(gettext_lazy("Write the day on which they agreed"))

    def __init__(
        self, *args: Any, unit: Unit, officer: Officer, lead: Lead | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.unit = unit
        mine = Lead.objects.visible_to(officer).filter(unit=unit, stopped_at__isnull=True)
        fields["above"].queryset = (mine.exclude(pk=lead.pk) if lead else mine).order_by(
            *by_given_name()
        )
        fields["groups"].queryset = (
            Group.objects.visible_to(officer)
            .filter(unit=unit, is_active=True)
            .order_by(alphabetically())
        )

    def clean_consented_on(self) -> datetime.date | None:
        return no_later_than_today(self.cleaned_data["consented_on"])

    def entry(self) -> LeadEntry:
        """What was written, for the action."""
        found = self.cleaned_data
        return LeadEntry(
            name=found["name"].strip(),
            position=found["position"].strip(),
            unit_id=self.unit.pk,
            above_id=found["above"].pk if found["above"] else None,
            group_ids=frozenset(group.pk for group in found["groups"]),
            consented_on=found["consented_on"],
            language=found["language"],
            asked_again=found["asked_again"],
        )
