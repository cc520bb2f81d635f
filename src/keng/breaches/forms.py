"""The forms by which a breach is recorded, rated, notified, waived, told and closed."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.breaches.data_classes import DATA_CLASSES, TELLING_WORDS
from keng.breaches.harm import HARM_STEPS, HarmAnswer
from keng.breaches.models import Breach
from keng.kit import times
from keng.kit.forms import Form, HintedChoices, day_field
from keng.language.indicators import extract
from keng.language.names import names_in
from keng.places.models import Unit

MOST_WORDS = 2000
_WRITTEN_AS = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]


class NamelessWords(forms.CharField):
    """Words about an incident: a name or a number of a person has no place in them."""

    def __init__(self, *, rows: int = 4, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", MOST_WORDS)
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> Any:
        """As it was typed. Raises ValidationError."""
        words = super().clean(value)
        if words and (names_in(words) or extract(words)):
            raise forms.ValidationError(_("Leave out names, numbers and accounts of people."))
        return words


def _moment_field(label: Any, **more: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=_WRITTEN_AS,
        error_messages={
            "required": _("Say when."),
            "invalid": _("Write it as 31/12/2026 08:30."),
        },
        **more,
    )


def _no_later_than_now(moment: datetime.datetime | None) -> datetime.datetime | None:
    if moment and moment > times.now():
        raise forms.ValidationError(_("This moment is still to come."))
    return moment


class BreachForm(Form):
    """What is known at once; the rest is said when it is rated."""

    unit = forms.ModelChoiceField(
        label=_("For the desks of"), queryset=Unit.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(
        label=_("What happened to the data?"),
        choices=Breach.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what happened.")},
    )
    detected_at = _moment_field(
        _("When it was detected"), help_text=_("The 72 hours run from this moment.")
    )
    began_at = _moment_field(_("When it began, if that is known"), required=False)
    words = NamelessWords(
        label=_("What happened, in a few sentences"),
        help_text=_("No name, no number, no word of a report: it goes to the authority."),
        error_messages={"required": _("Write what happened.")},
    )

    def __init__(self, *args: Any, units: Iterable[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ids = [unit.pk for unit in units]
        self.fields["unit"].queryset = Unit.objects.filter(pk__in=ids)  # type: ignore[attr-defined]

    def clean_detected_at(self) -> datetime.datetime | None:
        """Nothing is detected in the future."""
        return _no_later_than_now(self.cleaned_data["detected_at"])

    def clean(self) -> dict[str, Any]:
        """It began before it was detected."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        began, detected = given.get("began_at"), given.get("detected_at")
        if began and detected and began > detected:
            self.add_error("began_at", _("It began before it was detected."))
        return given


class AssessForm(Form):
    """What was reached, and the six questions."""

    reached = HintedChoices(
        label=_("What was reached?"),
        choices=[(each.code, each.name) for each in DATA_CLASSES],
        hints={each.code: TELLING_WORDS[each.telling] for each in DATA_CLASSES},
        error_messages={"required": _("Choose at least one.")},
    )
    measures = NamelessWords(label=_("What was done about it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in HARM_STEPS:
            self.fields[step.code] = forms.ChoiceField(
                label=step.question,
                help_text=step.why,
                choices=HarmAnswer.choices,
                widget=forms.RadioSelect,
                error_messages={"required": _("Answer each question; “not known yet” is one.")},
            )

    @property
    def harm(self) -> dict[str, str]:
        """The answers, by the step."""
        return {step.code: self.cleaned_data[step.code] for step in HARM_STEPS}


class _StepForm(Form):
    """One of several forms of a page: its boxes have ids of their own."""

    step = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id=f"{self.step}_%s", **kwargs)


class FilingForm(_StepForm):
    """That the form went to the authority."""

    step = "filing"

    sent_at = _moment_field(_("When it was sent"))
    paper_number = forms.CharField(
        label=_("Number of the letter"), max_length=60, required=False, strip=True
    )
    words = NamelessWords(
        label=_("What is new, or why it is late"),
        help_text=_("Needed for a supplement, and for what went after 72 hours."),
        required=False,
        rows=2,
    )

    def __init__(self, *args: Any, breach: Breach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._breach = breach

    def clean_sent_at(self) -> datetime.datetime | None:
        """After it was detected, and not in the future."""
        sent = _no_later_than_now(self.cleaned_data["sent_at"])
        # The box has no seconds.
        if sent and sent < self._breach.detected_at.replace(second=0, microsecond=0):
            raise forms.ValidationError(_("This is before the incident was detected."))
        return sent

    def clean(self) -> dict[str, Any]:
        """A supplement says what is new, and a late letter why."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        sent = given.get("sent_at")
        is_late = bool(sent and sent > self._breach.notify_by)
        if (is_late or self._breach.filings.exists()) and not given.get("words"):
            self.add_error("words", _("Write what is new, or why it is late."))
        return given


class WaiverForm(_StepForm):
    """Why the authority is not notified."""

    step = "waiver"

    reason = NamelessWords(
        label=_("Why need the authority not be notified?"),
        error_messages={"required": _("Write why.")},
        rows=3,
    )


class BreachNoticeForm(_StepForm):
    """Which reports get the notice: those that came in on these days."""

    step = "notice"

    first_day = day_field(_("Reports since"), required=False)
    last_day = day_field(_("Reports until"), required=False)

    def clean(self) -> dict[str, Any]:
        """In this order."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("The last day is before the first one."))
        return given

    @property
    def span(self) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """From the first moment of the first day to the end of the last one."""
        first, last = self.cleaned_data["first_day"], self.cleaned_data["last_day"]
        until = times.start_of(last + datetime.timedelta(days=1)) if last else None
        return (
            times.start_of(first) if first else None,
            min(until, times.now()) if until else None,
        )


class CloseBreachForm(_StepForm):
    """What became of it."""

    step = "close"

    words = NamelessWords(
        label=_("What became of it"), error_messages={"required": _("Write what became of it.")}
    )
