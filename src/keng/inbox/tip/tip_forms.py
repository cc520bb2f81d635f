"""Forms of the desk. What may be chosen depends on the tip, so the views hand it in."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Officer
from keng.kit.forms import Form
from keng.kit.sql_names import alphabetically
from keng.kit.urgency import Urgency
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.places.models import Unit
from keng.tips.models import BreakIn, Decision, Incident, LegalHold, Tip

_REASON = {"required": _("Say why in a few words.")}


# What an officer may say that came of a tip.
OUTCOMES = [c for c in Tip.Outcome.choices if c[0] not in ("", Tip.Outcome.WITHDRAWN)]
# More than a bank moves in a day, and more than live in the country: beyond it is a slip.
_MOST_MONEY = 10**15
_MOST_PEOPLE = 200_000_000


def _text_area(rows: int = 3, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class ReplyForm(Form):
    """An answer that goes out."""

    text = forms.CharField(
        max_length=2000,
        widget=_text_area(),
        error_messages={
            "required": _("Write what the reporter should read."),
            "max_length": _("At most 2,000 characters fit; yours has more."),
        },
    )


class NoteForm(Form):
    """An internal note."""

    text = forms.CharField(
        max_length=5000,
        widget=_text_area(2),
        error_messages={"required": _("Write the note first.")},
    )


class SuspendForm(Form):
    """What is waited for, why, and the exact words the reporter will read."""

    ground = forms.ChoiceField(
        label=_("What is it waiting for?"),
        choices=Decision.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is waiting for.")},
    )
    reason = forms.CharField(
        label=_("Why? Only officers read this."),
        max_length=500,
        widget=_text_area(2),
        error_messages=_REASON,
    )
    text = forms.CharField(
        label=_("What the reporter reads"),
        max_length=2000,
        widget=_text_area(4),
        error_messages={"required": _("Write what the reporter should read.")},
    )


class BreakInForm(Form):
    """Why what is not for the reader's eyes cannot wait: for a named officer, or until a
    restriction is lifted.
    """

    ground = forms.ChoiceField(
        label=_("Why can it not wait for a named officer?"),
        choices=BreakIn.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose why it cannot wait.")},
    )
    words = forms.CharField(
        label=_("In your words"),
        help_text=_("The province and data protection read this. Nothing of the report, no name."),
        max_length=500,
        widget=_text_area(2),
        error_messages=_REASON,
    )

    def __init__(self, *args: Any, is_restricted: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_restricted:
            ground = cast("forms.ChoiceField", self.fields["ground"])
            ground.label = _("Why can it not wait until the restriction is lifted?")
            life = BreakIn.Ground.LIFE
            ground.choices, ground.initial = [(life.value, life.label)], life.value


class RecuseForm(Form):
    """Who has no part in a tip any more, and why."""

    who = forms.ChoiceField(
        label=_("Who"), error_messages={"required": _("Choose who it is about.")}
    )
    reason = forms.CharField(
        label=_("Why? Only officers read this."),
        max_length=500,
        widget=_text_area(2),
        error_messages=_REASON,
    )

    def __init__(self, *args: Any, people: Iterable[Officer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(officer.pk), str(officer)) for officer in people]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]


class DecideHoldForm(Form):
    """What the second officer says of a legal hold, or of its end, that they do not agree to."""

    words = forms.CharField(
        label=_("Why, where you do not agree"),
        max_length=500,
        required=False,
        widget=_text_area(2),
    )


class HoldForm(Form):
    """Why a tip has to be kept."""

    ground = forms.ChoiceField(
        label=_("What is it kept for?"),
        choices=LegalHold.Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is kept for.")},
    )
    reason = forms.CharField(
        label=_("Why? Only officers read this."),
        help_text=_("The file number or who asked for it. Nothing of the report, no name."),
        max_length=500,
        widget=_text_area(2),
        error_messages=_REASON,
    )


class DeclineForm(Form):
    """The exact words the reporter will read; which unit it is about, if it is about officers."""

    reply = forms.CharField(
        max_length=2000,
        widget=_text_area(8),
        error_messages={"required": _("Write what the reporter should read.")},
    )
    concerns = forms.ModelChoiceField(
        label=_("Which unit is it about?"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=None,
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if units:
            self.fields["concerns"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
                pk__in=[unit.pk for unit in units]
            ).order_by(alphabetically())
        else:
            del self.fields["concerns"]


class TogetherForm(Form):
    """The exact words that the reporters of several tips will read."""

    reply = forms.CharField(
        max_length=2000,
        widget=_text_area(8),
        error_messages={
            "required": _("Write what the reporter should read."),
            "max_length": _("At most 2,000 characters fit; yours has more."),
        },
    )


class RouteForm(Form):
    """Which unit gets the tip, and why."""

    to = forms.ModelChoiceField(
        label=_("To which unit?"),
        queryset=Unit.objects.none(),
        empty_label=_("Choose a unit"),
        error_messages={
            "required": _("Choose the unit."),
            "invalid_choice": _("Choose one of these units."),
        },
    )
    reason = forms.CharField(
        label=_("Why there?"),
        max_length=500,
        widget=_text_area(3),
        help_text=_("The other desk reads it. Nothing that is a state secret."),
        error_messages=_REASON,
    )

    def __init__(self, *args: Any, units: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.fields["to"].widget.attrs["autofocus"] = True
        self.fields["to"].queryset = Unit.objects.filter(  # type: ignore[attr-defined]
            pk__in=[unit.pk for unit in units]
        ).order_by("-kind", alphabetically())


class SortForm(Form):
    """Category and urgency, and what the tip is by law if that is known already."""

    category = forms.ChoiceField(
        label=_("Category"),
        error_messages={
            "required": _("Choose a category."),
            "invalid_choice": _("Choose a category."),
        },
    )
    urgency = forms.ChoiceField(label=_("Urgency"), required=False)
    kind = forms.ChoiceField(label=_("By law it is"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["category"].choices = [
            ("", _("Choose a category")),
            *category_choices(categories()),
        ]
        fields["urgency"].choices = [(u.value, f"{u.value} · {u.label}") for u in Urgency]
        fields["kind"].choices = [
            (kind.value, kind.label) for kind in Tip.Kind if kind != Tip.Kind.OUT_OF_SCOPE
        ]


class RateForm(Form):
    """Was it of value?"""

    value = forms.ChoiceField(
        choices=[c for c in Tip.Value.choices if c[0] != Tip.Value.UNRATED],
        error_messages={"required": _("Choose one of the two.")},
    )


class OutcomeForm(Form):
    """What came of it."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=[("", _("Choose an outcome")), *OUTCOMES],
        error_messages={"required": _("Choose an outcome.")},
    )
    note = forms.CharField(
        label=_("Note for the desk"), max_length=2000, required=False, widget=_text_area(2)
    )


def _digits_input() -> forms.TextInput:
    """A number that may be typed with dots: a browser refuses them in a field of its own kind."""
    return forms.TextInput(attrs={"inputmode": "numeric"})


class EffectForm(Form):
    """What was lost, saved and got back in whole đồng, and how many people were helped."""

    _MONEY = {"min_value": _("Not below zero."), "invalid": _("Digits only, in đồng.")}

    money_lost = forms.IntegerField(
        label=_("Lost, đồng"),
        min_value=0,
        max_value=_MOST_MONEY,
        required=False,
        error_messages=_MONEY,
        widget=_digits_input(),
    )
    money_saved = forms.IntegerField(
        label=_("Kept from being lost, đồng"),
        min_value=0,
        max_value=_MOST_MONEY,
        required=False,
        error_messages=_MONEY,
        widget=_digits_input(),
    )
    money_recovered = forms.IntegerField(
        label=_("Got back, đồng"),
        min_value=0,
        max_value=_MOST_MONEY,
        required=False,
        error_messages=_MONEY,
        widget=_digits_input(),
    )
    persons_helped = forms.IntegerField(
        label=_("People helped"),
        min_value=0,
        max_value=_MOST_PEOPLE,
        required=False,
        error_messages=_MONEY,
        widget=_digits_input(),
    )

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(_digits_only(data), *args, **kwargs)

    def amounts(self) -> dict[str, int]:
        """The numbers that were typed: an empty field says nothing of what is kept, a zero does."""
        typed = {name: self.cleaned_data[name] for name in Incident.EFFECT}
        return {name: number for name, number in typed.items() if number is not None}


class IncidentOutcomeForm(EffectForm, OutcomeForm):
    """The outcome of an incident, with its money and the people it helped."""

    field_order = ("outcome", "note", *Incident.EFFECT)


class IncidentCloseForm(Form):
    """The last words to the reporters of an incident; empty means the fixed sentence."""

    text = forms.CharField(max_length=2000, required=False, widget=_text_area(3))


class CloseForm(EffectForm):
    """How a tip ends: of value or not, what came of it, and the last words to its reporter."""

    outcome = forms.ChoiceField(
        label=_("What came of it?"),
        choices=OUTCOMES,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose an outcome.")},
    )
    value = forms.ChoiceField(
        label=_("Was it of value?"),
        choices=[c for c in Tip.Value.choices if c[0] != Tip.Value.UNRATED],
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note for the desk"), max_length=2000, required=False, widget=_text_area(2)
    )
    text = forms.CharField(
        max_length=2000,
        required=False,
        widget=_text_area(5),
        error_messages={"max_length": _("At most 2,000 characters fit; yours has more.")},
    )

    def __init__(self, *args: Any, sentences: Mapping[str, str], **kwargs: Any) -> None:
        """`sentences` are what the reporter reads by outcome, unless the officer writes more."""
        super().__init__(*args, **kwargs)
        self.sentences = sentences

    def own_words(self) -> str:
        """What the officer wrote; "" for a fixed sentence: that of the outcome goes out."""
        text: str = self.cleaned_data["text"].strip()
        fixed = {" ".join(sentence.split()) for sentence in self.sentences.values()}
        return "" if " ".join(text.split()) in fixed else text


class IncidentTitleForm(Form):
    """The name of an incident."""

    title = forms.CharField(
        label=_("Name of the incident"),
        max_length=160,
        error_messages={"required": _("Give it a name.")},
    )


def _digits_only(data: Any) -> Any:
    """People write 18.000.000: dots and spaces between digits do not matter."""
    if data is None:
        return None
    copy = data.copy()
    for name in Incident.EFFECT:
        if copy.get(name):
            copy[name] = "".join(c for c in copy[name] if c not in " .,\u00a0")
    return copy
