"""Forms of the network's desk pages."""

import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng import channels
from keng.accounts.models import Officer, Post
from keng.kit.forms import Form, HintedChoices, no_later_than_today
from keng.network import queries
from keng.network.actions.groups import GroupEntry
from keng.network.actions.leads import LeadEntry
from keng.network.form_parts import (
    ListFilter,
    agreed_field,
    name_field,
    place_field,
    sheet_field,
)
from keng.network.models import Group, GroupKind, Lead
from keng.places.models import Place, Unit

CHANNEL_LABELS = {
    "by_hand": gettext_lazy("Ordinary chat group: a lead posts there by hand"),
    "zalo_oa": gettext_lazy("Zalo group made by the official account"),
    "sandbox": gettext_lazy("Simulated group"),
}


def group_channels() -> list[tuple[str, str]]:
    """The channels that can reach a group, by hand first."""
    able = [code for code in channels.codes() if channels.get(code).can.can_group]
    return [(c, str(CHANNEL_LABELS.get(c, c))) for c in sorted(able, key=lambda c: c != "by_hand")]


def _silent(days: int) -> str:
    return _("Silent for %(days)d days") % {"days": days}


class GroupFilter(ListFilter):
    """The filter row above the list of groups."""

    words_label = gettext_lazy("Find a group or lead")
    kinds = GroupKind.choices

    def states(self) -> list[tuple[str, str]]:
        return [
            ("", _("In use")),
            *((code, _silent(days)) for code, days in queries.SILENT.items()),
            ("leadless", _("Without a lead")),
            ("machine", _("Reached by machine")),
            ("retired", _("Out of use")),
        ]


class SheetForm(Form):
    """A file with groups."""

    sheet = sheet_field(gettext_lazy("File with groups"))


def _name_is_taken() -> str:
    return _("There is already a group of this name in this unit")


def address_is_taken() -> str:
    """Not whose it is: that group may be another desk's."""
    return _("Another group in use has this address: check it at the channel")


class GroupForm(Form):
    """One group of one unit."""

    name = name_field(gettext_lazy("Name of the group"))
    kind = forms.ChoiceField(choices=GroupKind.choices, label=gettext_lazy("Kind"))
    place = place_field()
    member_count = forms.IntegerField(
        min_value=0,
        max_value=2_000_000,
        label=gettext_lazy("Number of members"),
        help_text=gettext_lazy("A number only. Kẻng keeps no list of members."),
        error_messages={
            "required": gettext_lazy("Write a number, 0 if you do not know"),
            "invalid": gettext_lazy("Write digits only"),
        },
    )
    channel = forms.ChoiceField(label=gettext_lazy("How it is reached"))
    channel_address = forms.CharField(
        max_length=120,
        required=False,
        label=gettext_lazy("Address of the group on that channel"),
        help_text=gettext_lazy("Leave empty when a lead posts by hand."),
    )
    officer_in_charge = forms.ModelChoiceField(
        Officer.objects.none(), required=False, label=gettext_lazy("Officer in charge")
    )
    leads = forms.ModelMultipleChoiceField(
        Lead.objects.none(),
        required=False,
        label=gettext_lazy("Leads who post there"),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, *args: Any, unit: Unit, officer: Officer, group: Group | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.unit, self.group = unit, group
        fields["place"].queryset = queries.places_of([unit.pk])
        fields["channel"].choices = group_channels()
        fields["officer_in_charge"].queryset = Officer.objects.filter(
            posts__in=Post.objects.current().filter(unit=unit), is_active=True
        ).distinct()
        fields["leads"].queryset = (
            Lead.objects.visible_to(officer)
            .filter(unit=unit, stopped_at__isnull=True)
            .order_by("name")
        )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = Group.objects.filter(unit=self.unit, name=name)
        if self.group:
            same = same.exclude(pk=self.group.pk)
        if same.exists():
            raise forms.ValidationError(_name_is_taken())
        return name

    def refuse_name(self) -> None:
        """Say that the name is taken after all: somebody wrote it down at the same moment."""
        self.add_error("name", _name_is_taken())

    def refuse_address(self) -> None:
        """The same of its address."""
        self.add_error("channel_address", address_is_taken())

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        channel, address = found.get("channel"), found.get("channel_address", "").strip()
        if channel == "by_hand":
            found["channel_address"] = ""
        elif channel and not address:
            self.add_error("channel_address", _("A group reached by machine needs its address"))
        elif channel and (self.group is None or self.group.is_active):
            holder = queries.addresses_in_use().get((channel, address))
            if holder is not None and (self.group is None or holder != self.group.pk):
                self.refuse_address()
        return found

    def entry(self) -> GroupEntry:
        """What was written, for the action."""
        found = self.cleaned_data
        charge = found["officer_in_charge"]
        return GroupEntry(
            name=found["name"],
            kind=found["kind"],
            place_id=found["place"].pk,
            unit_id=self.unit.pk,
            channel=found["channel"],
            channel_address=found["channel_address"].strip(),
            member_count=found["member_count"],
            officer_in_charge_id=charge.pk if charge else None,
            lead_ids=frozenset(lead.pk for lead in found["leads"]),
        )


class LeadForm(Form):
    """One lead of one unit. Without consent there is no lead."""

    name = name_field(
        gettext_lazy("Name"),
        120,
        help_text=gettext_lazy("As they are called there. No phone number is kept here."),
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
    consented_on = agreed_field(gettext_lazy("Write the day on which they agreed"))

    def __init__(
        self, *args: Any, unit: Unit, officer: Officer, lead: Lead | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.unit = unit
        mine = Lead.objects.visible_to(officer).filter(unit=unit, stopped_at__isnull=True)
        fields["above"].queryset = (mine.exclude(pk=lead.pk) if lead else mine).order_by("name")
        fields["groups"].queryset = (
            Group.objects.visible_to(officer).filter(unit=unit, is_active=True).order_by("name")
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
        )


class SubscribeForm(Form):
    """What a person fills in to receive warnings by e-mail: a place is searched, then ticked."""

    q = forms.CharField(max_length=120, required=False)
    # The words that the boxes on the page were found with: other words mean another search.
    searched = forms.CharField(max_length=120, required=False)
    places = forms.ModelMultipleChoiceField(
        Place.objects.none(),
        label=gettext_lazy("Warnings for which places?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": gettext_lazy("Choose at least one place"),
            "invalid_choice": gettext_lazy("Choose at least one place"),
            "invalid_pk_value": gettext_lazy("Choose at least one place"),
        },
    )
    email = forms.EmailField(
        max_length=254,
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy(
            "We send one letter first. Only after you confirm it do warnings come."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": gettext_lazy("Write your e-mail address"),
            "invalid": gettext_lazy("This does not look like an e-mail address"),
        },
    )
    kinds = HintedChoices(
        choices=GroupKind.choices,
        required=False,
        label=gettext_lazy("Only what concerns"),
        help_text=gettext_lazy("Choose nothing to receive all warnings of these places."),
    )
    language = forms.ChoiceField(
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        label=gettext_lazy("Language"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, offered: QuerySet[Place], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["places"].queryset = offered

    @property
    def asks_to_search(self) -> bool:
        """Whether this press of a button is about the place alone, not about the whole form."""
        said = self.data
        words = said.get("q", "").strip()
        return "find" in said or bool(words and words != said.get("searched", ""))


class MissingFilter(Form):
    """One kind of group, or all of them."""

    kind = forms.ChoiceField(required=False, label=gettext_lazy("Kind"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].choices = [("", _("All kinds")), *GroupKind.choices]


class TargetsForm(Form):
    """How many groups of each kind; an empty field sets nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for kind, label in GroupKind.choices:
            fields[kind] = forms.IntegerField(
                min_value=0,
                max_value=500,
                required=False,
                label=label,
                error_messages={"invalid": _("Write digits only")},
            )
            # The page says what an empty one means; nine times “optional” would say it worse.
            fields[kind].is_unmarked = True
