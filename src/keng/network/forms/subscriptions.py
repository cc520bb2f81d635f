"""The forms with which a person subscribes to warnings, and changes it afterwards."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit.forms import Form, HintedChoice, HintedChoices
from keng.network.actions.subscriptions import SubscriptionChoices
from keng.network.models import GroupKind
from keng.places.models import Place

# How urgent a warning must be (warnings.Warning.Severity), in the words of whoever gets it.
SEVERITIES = [
    ("1", gettext_lazy("All of them, advice too")),
    ("2", gettext_lazy("What is important or urgent")),
    ("3", gettext_lazy("Only what is urgent")),
]


@dataclass(frozen=True, slots=True)
class WeekLimits:
    """Among how many warnings a week somebody chooses."""

    offered: tuple[int, ...]
    usual: int
    """As the operator set it; 0: all of them."""

    def lines(self) -> list[tuple[str, str]]:
        """Value and label of each, the one without a limit last."""
        numbers = sorted({*self.offered, self.usual} - {0})
        return [*((str(n), str(n)) for n in numbers), ("0", _("All of them at once"))]


class ChoicesForm(Form):
    """Of which places, what it concerns, how urgent, when: a place is searched, then ticked."""

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
    kinds = HintedChoices(
        choices=GroupKind.choices,
        required=False,
        label=gettext_lazy("Only what concerns"),
        help_text=gettext_lazy("Choose nothing to receive all warnings of these places."),
    )
    severity = forms.TypedChoiceField(
        choices=SEVERITIES,
        coerce=int,
        initial="1",
        label=gettext_lazy("Which warnings?"),
        widget=forms.RadioSelect,
    )
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
    week_limit = forms.TypedChoiceField(
        coerce=int,
        required=False,
        empty_value=None,
        label=gettext_lazy("At most how many a week?"),
        help_text=gettext_lazy(
            "Warnings beyond that number come together in one message on Sunday. Urgent ones, and "
            "those that are over by then, come at once."
        ),
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        label=gettext_lazy("Language"),
        widget=forms.RadioSelect,
    )

    def __init__(
        self, *args: Any, offered: QuerySet[Place], week_limits: WeekLimits, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["places"].queryset = offered
        fields["week_limit"].choices = week_limits.lines()
        if self.initial.get("week_limit") is None:
            self.initial["week_limit"] = week_limits.usual

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        begins, ends = (self.cleaned_data.get(name) for name in ("quiet_from", "quiet_to"))
        missing = [
            name
            for name, hour in (("quiet_from", begins), ("quiet_to", ends))
            if hour is None and name not in self.errors
        ]
        if len(missing) == 1:
            self.add_error(missing[0], _("Write both hours, or neither"))
        elif begins is not None and begins == ends:
            self.add_error("quiet_to", _("Choose another hour: from and until are the same"))
        return found

    @property
    def asks_to_search(self) -> bool:
        """Whether this press of a button is about the place alone, not about the whole form."""
        typed = self.data
        words = typed.get("q", "").strip()
        return "find" in typed or bool(words and words != typed.get("searched", ""))

    @property
    def choices(self) -> SubscriptionChoices:
        """What was chosen; of a valid form."""
        chosen = self.cleaned_data
        return SubscriptionChoices(
            place_ids=tuple(place.pk for place in chosen["places"]),
            kinds=tuple(chosen["kinds"]),
            language=chosen["language"],
            minimum_severity=chosen["severity"],
            quiet_from=chosen["quiet_from"],
            quiet_to=chosen["quiet_to"],
            week_limit=chosen["week_limit"],
        )


class WayForm(Form):
    """By which way somebody is written to, and what that way needs."""

    way = HintedChoice(label=gettext_lazy("How do you want to receive them?"))
    email = forms.EmailField(
        max_length=254,
        required=False,
        label=gettext_lazy("Your e-mail address"),
        help_text=gettext_lazy(
            "We send one letter first. Nothing else comes before you confirm it."
        ),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": gettext_lazy("This does not look like an e-mail address")},
    )
    # A browser's own subscription, as its script gives it.
    endpoint = forms.CharField(max_length=1000, required=False, widget=forms.HiddenInput)
    p256dh = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    auth = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, ways: list[tuple[str, Any, Any]], **kwargs: Any) -> None:
        """`ways`: value, label and hint of each."""
        super().__init__(*args, **kwargs)
        field = cast("HintedChoice", self.fields["way"])
        field.choices = [(value, label) for value, label, _hint in ways]
        field.hints = {value: hint for value, _label, hint in ways}
        if len(ways) == 1:
            field.required = False
            self.initial.setdefault("way", ways[0][0])
        self._only_way = ways[0][0] if len(ways) == 1 else ""

    @property
    def chosen_way(self) -> str:
        """The way that was chosen, or the only one there is."""
        return self._only_way or str(self.cleaned_data.get("way", ""))

    def clean(self) -> dict[str, Any] | None:
        found = super().clean()
        is_empty = not self.cleaned_data.get("email") and "email" not in self.errors
        if self.chosen_way == "email" and is_empty:
            self.add_error("email", _("Write your e-mail address"))
        return found


class SubscribeForm(WayForm, ChoicesForm):
    """What a person fills in to receive warnings: what they choose, and by which way."""

    field_order = ("way", "email")


class WhenOverForm(WayForm):
    """Being told once that one warning is over; there is nothing to choose but the way."""

    way = HintedChoice(label=gettext_lazy("How do you want to be told?"))
    field_order = ("way", "email")
