"""Forms of a team's page on the desk, and the one tap of a lead."""

import datetime
import re
import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.forms import Form, day_field, hour_field
from keng.kit.sql_names import by_given_name
from keng.language.indicators import extract
from keng.language.names import looks_like_a_name
from keng.network.actions.teams import ShiftEntry
from keng.network.models import Group, TeamAnswer, TeamShift
from keng.network.queries import teams
from keng.network.queries.places import places_of

_ONE_DAY = "day"
_LONGEST = datetime.timedelta(days=14)


class TeamShiftForm(Form):
    """One shift of a team: when, and which role or lead holds it."""

    when = forms.ChoiceField(
        label=gettext_lazy("When"), error_messages={"required": gettext_lazy("Choose when.")}
    )
    day = day_field(gettext_lazy("The day, if it is one day only"), required=False)
    begins = hour_field(gettext_lazy("Starts at"))
    ends = hour_field(
        gettext_lazy("Ends at"),
        help_text=gettext_lazy("An hour that is not later than the first one is on the next day."),
    )
    holder = forms.ChoiceField(
        label=gettext_lazy("Held by"),
        required=False,
        help_text=gettext_lazy("Leads of this team who agreed to be written down. Nobody else."),
    )
    role = forms.CharField(
        label=gettext_lazy("Role"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("For instance: deputy, gate watch. A role and no name."),
    )

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        week = [(str(n), _("Every %(day)s") % {"day": teams.weekday_name(n)}) for n in range(7)]
        fields["when"].choices = [*week, (_ONE_DAY, _("One day only"))]
        leads = group.leads.filter(stopped_at__isnull=True).order_by(*by_given_name())
        fields["holder"].choices = [
            ("", _("A role only, written below")),
            *((str(lead.pk), str(lead)) for lead in leads),
        ]

    def clean_role(self) -> str:
        role = " ".join(self.cleaned_data["role"].split())
        if role and (looks_like_a_name(role) or extract(role)):
            raise forms.ValidationError(
                _("Write a role. Names stand here only for leads who agreed; choose them above.")
            )
        return role

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("when") == _ONE_DAY and "day" in found:
            if found["day"] is None:
                self.add_error("day", _("Enter the day."))
            elif found["day"] < times.local_date(times.now()):
                self.add_error("day", _("This day is over"))
        if "role" in found and not found["role"] and not found.get("holder"):
            self.add_error("role", _("Choose a lead or write a role"))
        return found

    def entry(self) -> ShiftEntry:
        """What was written, for the action."""
        found = self.cleaned_data
        is_one_day = found["when"] == _ONE_DAY
        return ShiftEntry(
            begins=found["begins"],
            ends=found["ends"],
            weekday=None if is_one_day else int(found["when"]),
            day=found["day"] if is_one_day else None,
            role=found["role"],
            lead_id=uuid.UUID(found["holder"]) if found["holder"] else None,
        )


def shift_initial(shift: TeamShift | None) -> dict[str, Any]:
    """What stands in the form at first: an evening, or the shift that is handed over."""
    if shift is None:
        return {"when": "0", "begins": datetime.time(21), "ends": datetime.time(23)}
    return {
        "when": _ONE_DAY if shift.day else str(shift.weekday),
        "day": shift.day,
        "begins": shift.begins,
        "ends": shift.ends,
    }


class TeamAskForm(Form):
    """One thing to do or to look at, and until when."""

    words = forms.CharField(
        label=gettext_lazy("What the team is asked"),
        max_length=160,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "For instance: walk the market lane once tonight. No person, no number, no case."
        ),
        error_messages={"required": gettext_lazy("Write what the team is asked")},
    )
    until_day = day_field(gettext_lazy("Until which day"))
    until_hour = hour_field(gettext_lazy("Until which hour"))

    def __init__(self, *args: Any, group: Group, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.group = group

    def clean_words(self) -> str:
        """Nothing of a case leaves the desk this way; what names of places say is no name."""
        words = " ".join(self.cleaned_data["words"].split())
        if extract(words):
            raise forms.ValidationError(
                _("Leave out numbers, accounts, links and plates: a team gets nothing of a case")
            )
        if looks_like_a_name(self._without_places(words)):
            raise forms.ValidationError(
                _("Leave out who it is about: a team gets a place and a task, never a person")
            )
        return words

    def _without_places(self, words: str) -> str:
        names = places_of([self.group.unit_id]).values_list("name", flat=True)
        longest_first = sorted(map(re.escape, names), key=len, reverse=True)
        return re.sub("|".join(longest_first), "-", words, flags=re.IGNORECASE) if names else words

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("until_day") and found.get("until_hour"):
            until = datetime.datetime.combine(
                found["until_day"], found["until_hour"], times.VIETNAM
            )
            if until <= times.now():
                self.add_error("until_hour", _("This moment is over"))
            elif until > times.now() + _LONGEST:
                self.add_error("until_day", _("At most 14 days from now"))
            found["until"] = until
        return found


def ask_initial() -> dict[str, Any]:
    """Tonight, before midnight."""
    return {"until_day": times.local_date(times.now()), "until_hour": datetime.time(23, 30)}


class TeamAnswerForm(Form):
    """One of three buttons."""

    said = forms.ChoiceField(choices=TeamAnswer.Said.choices)
