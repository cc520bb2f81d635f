"""Forms about how a lead is told: on their own page, and on the desk."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.channels.email import is_mailbox
from keng.channels.gateway import national_number
from keng.delivery.models import ChannelAccount
from keng.kit.forms import Form
from keng.network.actions import lead_ways as actions
from keng.network.actions.lead_ways import BY_SMS, QuietHours, TypedAddress
from keng.network.models import Lead
from keng.relay.ways_to_tell import BY_HAND, WayToTell


def _address_field() -> forms.CharField:
    return forms.CharField(
        max_length=254,
        required=False,
        label=gettext_lazy("E-mail address or telephone number"),
        help_text=gettext_lazy("It is sealed: only the machine that sends can read it."),
    )


def typed_address(channel: str, words: str) -> TypedAddress:
    """The address in the form in which it is kept. Raises ValidationError."""
    if channel == BY_SMS:
        number = national_number(words)
        if not number:
            raise forms.ValidationError(
                _("This is not a telephone number of Viet Nam: 0901 234 567 is one.")
            )
        return TypedAddress(channel, f"0{number}")
    address = words.strip()
    if not is_mailbox(address):
        raise forms.ValidationError(_("This is not an e-mail address."))
    return TypedAddress(channel, address)


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
                self.cleaned_data["typed"] = typed_address(
                    way.value, self.cleaned_data.get("address", "")
                )
            except forms.ValidationError as error:
                self.add_error("address", error)
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
                self.cleaned_data["typed"] = typed_address(
                    self.cleaned_data["channel"], self.cleaned_data.get("address", "")
                )
            except forms.ValidationError as error:
                self.add_error("address", error)
        return found
