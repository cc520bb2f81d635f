"""Forms about how a lead is told: on their own page, and on the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.channels.by_hand import BY_HAND
from keng.delivery.models import ChannelAccount
from keng.kit.forms import Form
from keng.network.actions import lead_ways as actions
from keng.network.actions.lead_ways import (
    BY_EMAIL,
    BY_SMS,
    NoSuchAddress,
    QuietHours,
    read_typed_address,
)
from keng.network.actions.people_below import PersonBelow
from keng.network.models import Lead
from keng.network.sheets import cells
from keng.relay.ways_to_tell import WayToTell


def _address_field() -> forms.CharField:
    return forms.CharField(
        max_length=254,
        required=False,
        label=gettext_lazy("E-mail address or telephone number"),
        help_text=gettext_lazy("It is sealed: only the machine that sends can read it."),
    )


class LeadWayForm(Form):
    """How the lead wants to be told."""

    way = forms.ChoiceField(
        label=gettext_lazy("How do you want to be told?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how you want to be told")},
    )
    address = _address_field()
    quiet_from = forms.TimeField(
        required=False,
        label=gettext_lazy("Leave me in peace from"),
        help_text=gettext_lazy("Only what is urgent comes then; the rest comes afterwards."),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Write the hour as 22:00")},
    )
    quiet_to = forms.TimeField(
        required=False,
        label=gettext_lazy("until"),
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"invalid": gettext_lazy("Write the hour as 06:00")},
    )

    def __init__(self, *args: Any, ways: list[WayToTell], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._ways = {way.value: way for way in ways}
        fields: Any = self.fields
        fields["way"].choices = [
            *((way.value, way.label) for way in ways),
            (BY_HAND, gettext_lazy("By an officer, who sends me the link")),
        ]

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        begins, ends = (self.cleaned_data.get(name) for name in ("quiet_from", "quiet_to"))
        if (begins is None) != (ends is None) and not self.errors:
            missing = "quiet_to" if ends is None else "quiet_from"
            self.add_error(missing, _("Write both hours, or neither"))
        way = self._ways.get(self.cleaned_data.get("way", ""))
        if way is not None and not way.is_chat:
            try:
                self.cleaned_data["typed"] = read_typed_address(
                    way.value, self.cleaned_data.get("address", "")
                )
            except NoSuchAddress as error:
                self.add_error("address", str(error.sentence))
        return found

    def choose_for(self, lead: Lead) -> tuple[str, ChannelAccount | None]:
        """Do what was chosen; of a chat its code and account. Raises Refused."""
        chosen = self.cleaned_data
        actions.choose_quiet_hours(lead, QuietHours(chosen["quiet_from"], chosen["quiet_to"]))
        way = self._ways.get(chosen["way"])
        if way is None:
            actions.choose_by_hand(lead)
            return "", None
        if way.is_chat:
            return actions.ask_lead_chat_code(lead), way.account
        actions.choose_lead_way(lead, chosen["typed"])
        return "", None


class PersonBelowForm(Form):
    """Somebody who answers to the lead, as the lead writes them down."""

    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Their name"),
        error_messages={"required": gettext_lazy("Write a name")},
    )
    position = forms.CharField(
        max_length=120,
        label=gettext_lazy("What they are"),
        help_text=gettext_lazy("For instance: class teacher of 4A2"),
        error_messages={"required": gettext_lazy("Write what they are")},
    )
    group = forms.CharField(
        max_length=160,
        label=gettext_lazy("Name of the group in which they post"),
        help_text=gettext_lazy("For instance: Zalo, parents of 4A2. No list of its members."),
        error_messages={"required": gettext_lazy("Write the name of the group")},
    )
    address = forms.CharField(
        max_length=254,
        required=False,
        label=gettext_lazy("Their e-mail address or telephone number"),
        help_text=gettext_lazy(
            "May stay empty. It is sealed, and the first message says who entered them."
        ),
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("They agreed to pass warnings on"),
        error_messages={"required": gettext_lazy("Nobody is written down without agreeing")},
    )

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        words = self.cleaned_data.get("address", "").strip()
        if words:
            try:
                self.cleaned_data["typed"] = read_typed_address(_channel_of(words), words)
            except NoSuchAddress as error:
                self.add_error("address", str(error.sentence))
        for name in ("name", "position", "group"):
            self.cleaned_data[name] = " ".join(self.cleaned_data.get(name, "").split())
        return found

    def clean_name(self) -> str:
        return _without_number(self.cleaned_data["name"])

    def clean_group(self) -> str:
        return _without_number(self.cleaned_data["group"])

    def person(self) -> PersonBelow:
        """What was written, for the action."""
        found = self.cleaned_data
        return PersonBelow(found["name"], found["position"], found["group"], found.get("typed"))


def _channel_of(words: str) -> str:
    return BY_EMAIL if "@" in words else BY_SMS


def _without_number(words: str) -> str:
    try:
        return cells.without_phone_number(words)
    except cells.WrongCell as error:
        raise forms.ValidationError(str(error)) from None


class DeskLeadWayForm(Form):
    """Where an officer writes down that a lead is told."""

    channel = forms.ChoiceField(label=gettext_lazy("Told by"), widget=forms.RadioSelect)
    address = _address_field()

    def __init__(self, *args: Any, channels: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["channel"].choices = channels

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        if "channel" in self.cleaned_data:
            try:
                self.cleaned_data["typed"] = read_typed_address(
                    self.cleaned_data["channel"], self.cleaned_data.get("address", "")
                )
            except NoSuchAddress as error:
                self.add_error("address", str(error.sentence))
        return found
