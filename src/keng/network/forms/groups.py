"""Forms of the desk's pages about groups, and by which channels a group can be reached."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng import channels
from keng.accounts.models import Officer, Post
from keng.channels.by_hand import BY_HAND
from keng.kit.forms import Form
from keng.kit.sql_names import by_given_name
from keng.network.actions.groups import GroupAddressTaken, GroupEntry, GroupNameTaken
from keng.network.forms.parts import NetworkFilter, name_field, place_field, sheet_field
from keng.network.models import Group, GroupKind, Lead
from keng.network.queries import groups as group_queries
from keng.network.queries.places import places_of
from keng.places.models import Unit


def group_channels() -> list[tuple[str, str]]:
    """The channels that can reach a group, by hand first."""
    able = channels.codes_where(lambda channel: channel.can.can_group)
    return [(code, group_channel_name(code)) for code in sorted(able, key=lambda c: c != BY_HAND)]


def group_channel_name(code: str) -> str:
    """How the desk calls a group that is reached by this channel."""
    facts = channels.facts_of(code)
    return str(facts.group_name) if facts else code


def _silent(days: int) -> str:
    return _("Silent for %(days)d days") % {"days": days}


class GroupFilter(NetworkFilter):
    """The filter row above the list of groups."""

    words_label = gettext_lazy("Find a group or lead")
    kinds = GroupKind.choices

    def states(self) -> list[tuple[str, str]]:
        return [
            ("", _("In use")),
            *((code, _silent(days)) for code, days in group_queries.SILENT_STATES.items()),
            ("leadless", _("Without a lead")),
            ("machine", _("Reached by machine")),
            ("retired", _("Out of use")),
        ]


class GroupSheetForm(Form):
    """A file with groups."""

    sheet = sheet_field(gettext_lazy("File with groups"))


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
        fields["place"].queryset = places_of([unit.pk])
        fields["channel"].choices = group_channels()
        fields["officer_in_charge"].queryset = Officer.objects.filter(
            posts__in=Post.objects.current().filter(unit=unit), is_active=True
        ).distinct()
        fields["leads"].queryset = (
            Lead.objects.visible_to(officer)
            .filter(unit=unit, stopped_at__isnull=True)
            .order_by(*by_given_name())
        )

    def clean_name(self) -> str:
        name = " ".join(self.cleaned_data["name"].split())
        same = Group.objects.filter(unit=self.unit, name=name)
        if self.group:
            same = same.exclude(pk=self.group.pk)
        if same.exists():
            raise forms.ValidationError(GroupNameTaken.sentence)
        return name

    def refuse_name(self) -> None:
        """Say that the name is taken after all: somebody wrote it down at the same moment."""
        self.add_error("name", GroupNameTaken.sentence)

    def refuse_address(self) -> None:
        """The same of its address."""
        self.add_error("channel_address", GroupAddressTaken.sentence)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        channel, address = found.get("channel"), found.get("channel_address", "").strip()
        if channel == BY_HAND:
            found["channel_address"] = ""
        elif channel and not address:
            self.add_error("channel_address", _("A group reached by machine needs its address"))
        elif channel and (self.group is None or self.group.is_active):
            holder = group_queries.addresses_in_use().get((channel, address))
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
