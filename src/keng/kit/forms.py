"""Form parts shared by all areas: the base form and choices that explain themselves."""

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.uploads import SealedUpload, why_no_room
from keng.kit.visible import visible_text

_DASHES = "---------"


class Form(forms.Form):
    """Checked by the server only: no browser bubbles, no colon after labels."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            # Django's own, a line of dashes, says nothing.
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == _DASHES:
                field.empty_label = _("Choose")
            if isinstance(field.widget, forms.Textarea) and "maxlength" in field.widget.attrs:
                # A browser that knows the limit cuts what is pasted, and says nothing.
                field.widget.attrs["data-longest"] = field.widget.attrs.pop("maxlength")

    def _widget_data_value(self, widget: forms.Widget, html_name: str) -> Any:
        """What was typed, as it can be seen; a password is what its owner says it is."""
        value = super()._widget_data_value(widget, html_name)  # type: ignore[misc]
        is_words = isinstance(value, str) and not isinstance(widget, forms.PasswordInput)
        # A null character stays, and the field refuses it: nobody types one.
        return visible_text(value) if is_words and "\0" not in value else value

    def _post_clean(self) -> None:
        """After everything else: a file that there was no room for, in words."""
        for name in self.files:
            for upload in self.files.getlist(name):
                words = why_no_room(upload) if isinstance(upload, SealedUpload) else ""
                if words and name in self.fields and name not in self.errors:
                    self.add_error(name, words)


class HintedChoice(forms.ChoiceField):
    """One of a few, as radio rows; `hints` maps a value to the sentence under its label."""

    widget = forms.RadioSelect

    def __init__(self, *, hints: Mapping[Any, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = dict(hints or {})


class HintedChoices(forms.MultipleChoiceField):
    """Several of a few, as checkbox rows; `hints` as for HintedChoice."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, hints: Mapping[Any, Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.hints = dict(hints or {})


class ManyFilesInput(forms.ClearableFileInput):
    """The browser's own file box, several at once: hidden ones show nothing without script.

    It offers what can be opened here; an iPhone then sends JPEG instead of HEIC.
    """

    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Zero or more files, as a list."""

    widget = ManyFilesInput(attrs={"accept": "image/*,video/*,audio/*,application/pdf"})
    default_error_messages = {
        "empty": gettext_lazy("This file is empty. Choose it again, or choose another one.")
    }

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Clean each file on its own; an empty box is an empty list."""
        sent = [item for item in (data if isinstance(data, list | tuple) else [data]) if item]
        if not sent:
            super().clean(None, initial)
            return []
        return [super(ManyFiles, self).clean(item, initial) for item in sent]


def day_field(label: Any, told: Mapping[str, Any] | None = None, **more: Any) -> forms.DateField:
    """A day in the browser's own box; `told` are other words for when it is missing or invalid."""
    words = {"required": gettext_lazy("Enter the day."), "invalid": gettext_lazy("Enter a day.")}
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=words | dict(told or {}),
        **more,
    )


def hour_field(label: Any, **more: Any) -> forms.TimeField:
    """An hour in the browser's own box."""
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={
            "required": gettext_lazy("Enter the hour."),
            "invalid": gettext_lazy("Enter an hour."),
        },
        **more,
    )


# Before what a passkey answered, where a form was confirmed with one in place of six digits.
PASSKEY_ANSWER = "passkey:"


class CodeInput(forms.TextInput):
    """The box for six digits. The script of passkeys sends an answer in a field beside it."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The answer, if one came, else what was typed."""
        answer = data.get("passkey")
        return (
            f"{PASSKEY_ANSWER}{answer}"
            if answer
            else super().value_from_datadict(data, files, name)
        )

    def format_value(self, value: Any) -> str | None:
        """An answer is good once: nothing of it stands in the box."""
        is_answer = isinstance(value, str) and value.startswith(PASSKEY_ANSWER)
        return None if is_answer else super().format_value(value)


class CodeField(forms.CharField):
    """Six digits of this moment, or the answer of a passkey, which is longer."""

    widget = CodeInput
    is_passkey_only = False

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "autocomplete": "one-time-code", "class": "otp"}
        super().__init__(max_length=12, widget=CodeInput(attrs=attrs), **kwargs)

    def run_validators(self, value: Any) -> None:
        """The length is that of digits; an answer is measured where it is read."""
        if not str(value).startswith(PASSKEY_ANSWER):
            super().run_validators(value)


class PasskeyField(CodeField):
    """The answer of a passkey; six digits, which a false page can pass on, are not taken."""

    is_passkey_only = True

    def to_python(self, value: Any) -> Any:
        """Refused here, so no digits are used up and none count as wrong."""
        found = super().to_python(value) or ""
        if self.is_passkey_only and not found.startswith(PASSKEY_ANSWER):
            raise forms.ValidationError(
                _(
                    "This is confirmed with a passkey, and six digits do not stand in for it. If "
                    "you have none, add one first, under My passkeys."
                )
            )
        return found


class ApprovalField(PasskeyField):
    """A passkey, or six digits where the operator lets them do."""

    @property
    def is_passkey_only(self) -> bool:  # type: ignore[override]
        return not settings.APPROVE_WITH_CODE


_OWN_CODE: dict[str, Any] = {
    "label": gettext_lazy("Confirm that it is you"),
    "help_text": gettext_lazy(
        "The six digits your app shows now; those you signed in with are used up"
    ),
    "error_messages": {"required": gettext_lazy("Enter the six digits")},
}


def own_code_field() -> CodeField:
    """The six digits with which an officer signs what cannot be taken back in silence."""
    return CodeField(**_OWN_CODE)


def approval_field() -> ApprovalField:
    """With which a second person lets something out. What takes it back asks `own_code_field`."""
    return ApprovalField(**_OWN_CODE)


def written_lines(text: str) -> list[str]:
    """The lines somebody wrote, without empty ones."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def no_later_than_today(day: datetime.date | None) -> datetime.date | None:
    """The day, if it is no later than today. Raises ValidationError."""
    if day and day > times.local_date(times.now()):
        raise forms.ValidationError(_("This day is still to come"))
    return day


class ReasonForm(Form):
    """A decision that needs nothing but a reason."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Say why in a few words.")},
    )
