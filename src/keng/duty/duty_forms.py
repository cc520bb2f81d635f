"""Forms of the rota and of an officer's own pagers."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.channels.email import is_mailbox
from keng.channels.gateway import national_number
from keng.delivery.models import PagerWay
from keng.kit import times
from keng.kit.forms import Form, HintedChoice, day_field, hour_field, own_code_field
from keng.language.alphabet import alphabetical, given_name_first

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keng.accounts.models import Officer
    from keng.places.models import Unit

_AGAIN = {"once": (0, 1), "daily": (1, 7), "weekly": (7, 8)}


class ShiftForm(Form):
    """One shift, or the same one again."""

    who = forms.ChoiceField(
        label=_("Who"), error_messages={"required": _("Choose who is on duty.")}
    )
    day = day_field(_("Day it begins"))
    begins = hour_field(_("Starts at"))
    ends = hour_field(
        _("Ends at"),
        help_text=_("An hour that is not later than the first one is on the next day."),
    )
    again = HintedChoice(
        label=_("How often"),
        initial="once",
        choices=[
            ("once", _("This once")),
            ("daily", _("Every day for 7 days")),
            ("weekly", _("Every week for 8 weeks")),
        ],
        error_messages={"required": _("Choose how often.")},
    )

    def __init__(self, *args: Any, people: "Iterable[tuple[Unit, Officer]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ordered = sorted(
            people, key=lambda one: (alphabetical(one[0].name), given_name_first(one[1].name))
        )
        units = {unit.pk for unit, _officer in ordered}
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            (f"{unit.pk}:{officer.pk}", f"{officer}, {unit}" if len(units) > 1 else str(officer))
            for unit, officer in ordered
        ]

    def clean_who(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Unit and officer; only those offered pass."""
        unit, _sep, officer = self.cleaned_data["who"].partition(":")
        return uuid.UUID(unit), uuid.UUID(officer)

    def span(self) -> dict[str, Any]:
        """When the first shift begins and ends, and how often it comes again."""
        given = self.cleaned_data
        starts = datetime.datetime.combine(given["day"], given["begins"], times.VIETNAM)
        ends = datetime.datetime.combine(given["day"], given["ends"], times.VIETNAM)
        if ends <= starts:
            ends += datetime.timedelta(days=1)
        every, count = _AGAIN[given["again"]]
        return {"starts_at": starts, "ends_at": ends, "every_days": every, "count": count}


class PagerForm(Form):
    """An address to call an officer at."""

    email = forms.CharField(
        label=_("E-mail address for calls"),
        max_length=254,
        help_text=_("Letters say unit and number of a tip, and nothing of what it says."),
        error_messages={"required": _("Enter an address.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    code = own_code_field()

    def clean_email(self) -> str:
        """An address that every mail server takes."""
        address: str = self.cleaned_data["email"].strip()
        if not is_mailbox(address):
            raise forms.ValidationError(_("This is not an e-mail address."))
        return address


class PhonePagerForm(Form):
    """A telephone to call an officer at."""

    phone = forms.CharField(
        label=_("Telephone number for calls"),
        max_length=20,
        help_text=_("It is told unit and number of a tip, and nothing of what it says."),
        error_messages={"required": _("Enter a telephone number.")},
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    by = forms.MultipleChoiceField(
        label=_("How it is called"),
        choices=[
            (PagerWay.Kind.VOICE, _("It rings, and a voice says it")),
            (PagerWay.Kind.SMS, _("A text message")),
        ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a call, a text message, or both.")},
    )
    code = own_code_field()

    def clean_phone(self) -> str:
        """The digits behind the leading 0."""
        number = national_number(self.cleaned_data["phone"])
        if not number:
            raise forms.ValidationError(
                _("This is not a telephone number of Viet Nam: 0901 234 567 is one.")
            )
        return number


class ChatPagerForm(Form):
    """Asks for a code to send from a chat."""

    chat = forms.CharField(initial="1", max_length=1, widget=forms.HiddenInput)
    code = own_code_field()


class PresenceForm(Form):
    """The officer's own code, for what changes a pager."""

    code = own_code_field()
