"""Forms of signing in, of one's own settings, and of an administrator's work."""

import datetime
import uuid
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from keng.accounts.actions import allowed_first_days
from keng.accounts.models import Officer, Post
from keng.accounts.passkeys import NAME_LENGTH
from keng.accounts.requesting import HALF_LENGTH
from keng.accounts.screen_lock import PIN_LENGTH
from keng.accounts.who import desk_has_role
from keng.kit import codes, times
from keng.kit.forms import CodeField, Form, HintedChoice, day_field
from keng.kit.list_filter import ListFilter
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit


class SignInForm(Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Name you sign in with"),
        max_length=60,
        error_messages={"required": _("Enter the name you sign in with.")},
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        error_messages={"required": _("Enter your password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The name stays after a mistake; the password is typed again.
        first = "password" if self.is_bound and self.data.get("username") else "username"
        self.fields[first].widget.attrs["autofocus"] = True


class NamedOfficerForm(Form):
    """Somebody to be named for matters of children and sexual offences."""

    who = forms.ChoiceField(
        label=_("Officer"), error_messages={"required": _("Choose whom you name.")}
    )

    def __init__(self, *args: Any, people: list[tuple[Unit, Officer]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = {unit.pk for unit, _officer in people}
        self.fields["who"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose an officer")),
            *(
                (
                    f"{unit.pk}:{officer.pk}",
                    f"{officer}, {unit}" if len(units) > 1 else str(officer),
                )
                for unit, officer in people
            ),
        ]

    def clean_who(self) -> tuple[uuid.UUID, uuid.UUID]:
        """Unit and officer; only those offered pass."""
        unit, _sep, officer = self.cleaned_data["who"].partition(":")
        return uuid.UUID(unit), uuid.UUID(officer)


class CodeForm(Form):
    """The six digits of the moment."""

    code = forms.CharField(
        label=_("The 6 digits on your phone"),
        max_length=12,
        help_text=_("They change every 30 seconds."),
        error_messages={"required": _("Enter the 6 digits.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "otp",
                "autofocus": True,
            }
        ),
    )


class PresenceForm(Form):
    """The six digits, beside what they are asked for."""

    code = CodeField(
        label=_("The 6 digits on your phone"),
        error_messages={"required": _("Enter the 6 digits.")},
    )


class PasskeyNameForm(Form):
    """By what its owner knows a passkey."""

    name = forms.CharField(
        label=_("Name of the passkey"),
        max_length=NAME_LENGTH,
        help_text=_("So that you know it again: “blue key”, “my phone”."),
        error_messages={"required": _("Give it a name.")},
    )


class NewPasskeyForm(PasskeyNameForm, PresenceForm):
    """What is asked before a passkey is made: a name, whose machine this is, a second factor."""

    field_order = ("name", "machine", "code")
    machine = HintedChoice(
        label=_("Which computer is this?"),
        choices=[("own", _("Only I use it")), ("shared", _("Several people use it"))],
        hints={
            "own": _("The passkey may be kept on it, on a key, or on your phone."),
            "shared": _("The passkey is made on a key or a phone that you carry with you."),
        },
        error_messages={"required": _("Say who uses this computer.")},
    )


ALL_OTHER_SESSIONS = "others"


class EndSessionForm(PresenceForm):
    """Which of one's other sessions ends: one, or all. Asked with a second factor, so that whoever
    sits at a forgotten browser cannot sign its officer out everywhere else.
    """

    field_order = ("session", "code")
    session = HintedChoice(
        label=_("Which one is to end?"),
        error_messages={"required": _("Choose which one is to end.")},
    )

    def __init__(self, *args: Any, others: list[tuple[str, str]], **kwargs: Any) -> None:
        """`others` are the sessions that may be chosen, by key, with the words for each."""
        super().__init__(*args, **kwargs)
        all_of_them = [(ALL_OTHER_SESSIONS, _("All others"))] if len(others) > 1 else []
        session = cast("forms.ChoiceField", self.fields["session"])
        session.choices = [*others, *all_of_them]
        if len(others) == 1:
            session.initial = others[0][0]


class PinForm(PresenceForm):
    """A PIN for the locked screen, typed twice; the button to remove it sends neither."""

    field_order = ("pin", "again", "code")
    pin = forms.CharField(
        label=_("New PIN, 6 digits"),
        error_messages={"required": _("A PIN has 6 digits.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    again = forms.CharField(
        label=_("The PIN once more"),
        error_messages={"required": _("Type the new PIN a second time.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pin"].required = self.fields["again"].required = not self._removes

    @property
    def _removes(self) -> bool:
        return "remove" in self.data

    def clean(self) -> dict[str, Any]:
        """Six digits, twice the same; none where it is to be removed."""
        given = super().clean() or {}
        if self._removes:
            return {**given, "pin": ""}
        pin, again = given.get("pin", ""), given.get("again", "")
        if pin and not (len(pin) == PIN_LENGTH and pin.isascii() and pin.isdecimal()):
            self.add_error("pin", _("A PIN has 6 digits."))
        elif pin and again and pin != again:
            self.add_error("again", _("The two are not the same."))
        return given


class UnlockForm(Form):
    """What unlocks the screen: the PIN, or the digits on the phone of whoever has none."""

    pin = forms.CharField(
        max_length=12,
        error_messages={"required": _("Enter the 6 digits.")},
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "inputmode": "numeric", "autofocus": True}
        ),
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pin"].label = _("Your PIN") if officer.pin else _("The 6 digits on your phone")

    def refuse(self, words: str) -> None:
        """Say that what came in place of the digits was not right."""
        self.errors.clear()
        self.add_error(None, words)


class RefuseForm(Form):
    """Why a request is refused."""

    reason = forms.CharField(
        label=_("Why not"),
        max_length=300,
        help_text=_("Whoever asked reads it."),
        error_messages={"required": _("Say why not.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _half_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        error_messages={"required": _("Enter this half of the code.")},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "mono",
            }
        ),
    )


class NewPasswordForm(Form):
    """A password that only the person concerned knows."""

    new = forms.CharField(
        label=_("New password"),
        # As many as the sign-in takes.
        max_length=200,
        strip=False,
        help_text=_("At least 12 characters."),
        error_messages={"required": _("Enter a new password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        max_length=200,
        strip=False,
        error_messages={"required": _("Enter the new password once more.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    officer: Officer | None = None

    def clean_new(self) -> str:
        """The rules of AUTH_PASSWORD_VALIDATORS."""
        new = str(self.cleaned_data["new"])
        validate_password(new, self.officer)
        return new

    def clean_again(self) -> str:
        """What nobody can read while typing is typed twice."""
        again = str(self.cleaned_data["again"])
        if self.data.get(self.add_prefix("new")) != again:
            raise forms.ValidationError(_("The two are not the same."))
        return again


class SetUpForm(NewPasswordForm):
    """Both halves of the set-up code, and the password."""

    field_order = ("first", "second", "new", "again")
    first = _half_field(_("Half of the code, from the first person"))
    second = _half_field(_("Half of the code, from the second person"))

    def clean_first(self) -> str:
        """As it was shown."""
        return _cleaned_half(self.cleaned_data["first"])

    def clean_second(self) -> str:
        """As it was shown."""
        return _cleaned_half(self.cleaned_data["second"])


def _cleaned_half(typed: str) -> str:
    try:
        return codes.cleaned_code(typed, HALF_LENGTH)
    except codes.MalformedCode:
        raise forms.ValidationError(
            _("Half of the code has %(count)d letters and digits; the letter U is never in one."),
            params={"count": HALF_LENGTH},
        ) from None


class SettingsForm(Form):
    """How the desk looks and behaves for this officer."""

    language = HintedChoice(
        label=_("Language"),
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        error_messages={"required": _("Choose a language.")},
    )
    theme = HintedChoice(
        label=_("Theme"),
        choices=Officer.Theme.choices,
        error_messages={"required": _("Choose a theme.")},
    )
    single_keys = forms.BooleanField(
        label=_("Keys of one letter"),
        required=False,
        help_text=_("1 to 5 decide, J and K go down and up. F8 and Ctrl+Enter work in any case."),
    )
    full_desk = forms.BooleanField(
        label=_("The full desk"),
        required=False,
        help_text=_(
            "Folders beside the list, which come by themselves above 25 open tips. At a commune "
            "also surveys: to write them, and to count the answers."
        ),
    )


class PasswordForm(NewPasswordForm):
    """A new password for oneself."""

    field_order = ("present", "new", "again")
    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        error_messages={"required": _("Enter your present password.")},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, officer: Officer | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer = officer

    def clean_new(self) -> str:
        """As for any, and not the one that is there."""
        new = super().clean_new()
        if new == self.cleaned_data.get("present"):
            raise forms.ValidationError(_("Choose another one than the present password."))
        return new


class PostForm(Form):
    """A dated post in one of the administrator's units."""

    unit = forms.ModelChoiceField(
        label=_("Unit"),
        queryset=Unit.objects.none(),
        empty_label=None,
        error_messages={"required": _("Choose a unit."), "invalid_choice": _("Choose a unit.")},
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Post.Role.choices,
        error_messages={"required": _("Choose a role.")},
    )
    valid_from = day_field(
        _("From"),
        {"required": _("Enter the first day."), "invalid": _("Enter a date like 2026-11-25.")},
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
            pk__in=[unit.pk for unit in units]
        ).order_by("-kind", alphabetically())
        if len(units) > 1:
            # In the wrong unit it shows tips to the wrong officer: nothing is chosen beforehand.
            self.fields["unit"].empty_label = _("Choose a unit")  # type: ignore[attr-defined]
        self.fields["valid_from"].initial = times.local_date(times.now())

    def clean_valid_from(self) -> datetime.date:
        """No post is held before it is given, and none is given for some far day."""
        day: datetime.date = self.cleaned_data["valid_from"]
        earliest, latest = allowed_first_days()
        if day < earliest:
            raise forms.ValidationError(_("A post begins today or later. Choose another day."))
        if day > latest:
            raise forms.ValidationError(_("A post begins within a year. Choose another day."))
        return day

    def clean(self) -> dict[str, Any]:
        """A role that the chosen desk has."""
        given = super().clean() or {}
        unit, role = given.get("unit"), given.get("role")
        if unit and role and not desk_has_role(unit, role):
            self.add_error("role", _("Only a province's desk has a coordinator."))
        return given


class OfficersFilter(ListFilter):
    """Which officers the list shows: by name and unit."""

    words_label = _("Name")

    unit = forms.ModelChoiceField(
        label=_("Unit"), queryset=Unit.objects.none(), required=False, empty_label=_("All units")
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"].widget.attrs["data-key"] = "/"
        self.fields["unit"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
            pk__in=[unit.pk for unit in units]
        ).order_by("-kind", alphabetically())


def username_field() -> forms.CharField:
    """What a new account signs in with."""
    return forms.CharField(
        label=_("Name to sign in with"),
        max_length=60,
        help_text=_("Small letters, digits and dots. One person, one name: nothing is shared."),
        validators=[
            RegexValidator(r"^[a-z0-9.]+$", _("Use small letters a to z, digits and dots only."))
        ],
        error_messages={"required": _("Enter a name to sign in with.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )


class OfficerForm(PostForm):
    """A new officer with a first post."""

    name = forms.CharField(
        label=_("Full name"), max_length=120, error_messages={"required": _("Enter the full name.")}
    )
    rank = forms.CharField(
        label=_("Rank, short"),
        max_length=40,
        required=False,
        help_text=_("As on the duty list: Đ.úy"),
    )
    username = username_field()
    field_order = ("name", "rank", "username", "unit", "role", "valid_from")
