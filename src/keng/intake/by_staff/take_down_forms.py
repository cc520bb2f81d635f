"""The forms of reports that an officer takes down: what TT 28/2020 art. 5 asks for, on one page."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import override

from keng.files.redact import GridCell, grid_cell, ticked_cells
from keng.intake.by_staff.staff_places import places_by_name, places_of_desk
from keng.kit import times
from keng.kit.forms import Form, HintedChoice
from keng.kit.urgency import Happening, Urgency
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.places.models import Place, Unit
from keng.tips.models import TakenDown
from keng.tips.safe_hours import HOUR_CHOICES, hours_fit

if TYPE_CHECKING:
    from django.http import QueryDict

TO_DESK, PAST_DESK = "here", "past"
# Others may use the same machine: the browser should not offer them what was typed here.
_NOT_REMEMBERED = {"autocomplete": "off"}
_LONGEST_AGO = timedelta(days=30)


def _line_field(most: int, **attrs: str) -> dict[str, Any]:
    return {
        "max_length": most,
        "required": False,
        "widget": forms.TextInput(attrs=_NOT_REMEMBERED | attrs),
    }


def _area_field(most: int, rows: int) -> dict[str, Any]:
    return {
        "max_length": most,
        "widget": forms.Textarea(attrs={"rows": rows, **_NOT_REMEMBERED}),
        "error_messages": {
            "required": lazy("Write what happened, in a sentence or two."),
            "max_length": lazy("This is too long: shorten it."),
        },
    }


class WhereFields(Form):
    """A place of the desk's own, or another one by its name; and who else knows."""

    token = forms.RegexField(r"^[\w-]{22}$", widget=forms.HiddenInput)
    place = forms.ChoiceField(label=lazy("Where"), required=False)
    elsewhere = forms.CharField(
        label=lazy("Somewhere else: which commune or hamlet?"), **_line_field(80)
    )
    called = forms.ChoiceField(
        label=lazy("Which one of these?"), required=False, widget=forms.RadioSelect
    )
    category = forms.ChoiceField(label=lazy("Category"), required=False)
    others_know = forms.BooleanField(label=lazy("Others know that they reported"), required=False)
    seen_by = forms.IntegerField(
        label=lazy("How many people, about"),
        required=False,
        min_value=1,
        max_value=100_000,
        error_messages={
            "invalid": lazy("Digits only."),
            "min_value": lazy("At least 1, or leave it empty."),
            "max_value": lazy("At most 100,000."),
        },
    )

    def __init__(
        self, *args: Any, desk: Unit, first_places: tuple[Place, ...] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._desk = desk
        named = list(dict.fromkeys([*first_places, *places_of_desk(desk)]))
        self._places = {str(place.pk): place for place in named}
        fields: dict[str, Any] = self.fields
        fields["place"].choices = [
            *((key, place.full_name) for key, place in self._places.items()),
            ("", _("not known, or at no place")),
        ]
        fields["category"].choices = [
            ("", _("The machine suggests one; decide after")),
            *category_choices(categories()),
        ]
        if named:
            fields["place"].initial = str(named[0].pk)
        self._offer(self.data.get("elsewhere", "").strip()[:80])

    def clean(self) -> dict[str, Any]:
        """A name alone identifies no place: when there are several, a person chooses."""
        said = super().clean() or {}
        said["where"] = self._places.get(said.get("place", ""))
        if said.get("elsewhere"):
            said["where"] = self._chosen(said.get("called", ""))
        if said.get("seen_by") is None and said.get("others_know"):
            said["seen_by"] = 1
        return said

    def _offer(self, query: str) -> None:
        found = places_by_name(query, self._desk) if query else []
        self._called = {str(place.pk): place for place in found}
        fields: dict[str, Any] = self.fields
        fields["called"].choices = [(key, place.in_full) for key, place in self._called.items()]
        self.asks_which = len(found) > 1

    def _chosen(self, called: str) -> Place | None:
        if called in self._called:
            return self._called[called]
        if len(self._called) == 1:
            return next(iter(self._called.values()))
        if self._called:
            self.add_error("called", _("There are several places of this name: choose one."))
        else:
            self.add_error("elsewhere", _("No place is called this. Leave it empty if unsure."))
        return None


class TakeDownForm(WhereFields):
    """A report by phone or at the counter."""

    manner = forms.ChoiceField(
        label=lazy("How they report"),
        widget=forms.RadioSelect,
        initial="phone",
        choices=[(m.value, m.label) for m in TakenDown.Manner if m != TakenDown.Manner.CHAT],
        error_messages={"required": lazy("Say how they report.")},
    )
    to = HintedChoice(
        label=lazy("Which desk gets it"),
        initial=TO_DESK,
        choices=[(TO_DESK, lazy("This desk")), (PAST_DESK, lazy("Past this desk"))],
        error_messages={"required": lazy("Say which desk gets it.")},
    )
    text = forms.CharField(
        label=lazy("What happened, in their words"),
        **_area_field(6000, 6),
    )
    people = forms.CharField(
        label=lazy("Who and with what"),
        required=False,
        **_area_field(2000, 2),
        help_text=lazy(
            "Suspects, witnesses, who was hurt, which way they went, tools, damage, what was done "
            "on the spot."
        ),
    )
    knows = forms.CharField(label=lazy("How they know it"), **_line_field(300))
    when = forms.CharField(label=lazy("When it happened"), **_line_field(120))
    spot = forms.CharField(label=lazy("The exact spot"), **_line_field(200))
    happening = forms.ChoiceField(
        label=lazy("Is it still going on?"),
        choices=Happening.choices,
        initial=Happening.UNSURE,
        widget=forms.RadioSelect,
        required=False,
    )
    urgency = HintedChoice(
        label=lazy("How urgent is it?"),
        required=False,
        initial="",
        choices=[
            ("", lazy("By the words: the machine suggests it")),
            (Urgency.P0, lazy("P0, critical: somebody is in danger now")),
            (Urgency.P1, lazy("P1, high: look within the hour")),
            (Urgency.P2, lazy("P2, normal")),
        ],
    )
    money_moved = forms.BooleanField(label=lazy("Money or a code was given away"), required=False)
    told_at = forms.DateTimeField(
        label=lazy("When they told it, if not just now"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
        error_messages={"invalid": lazy("Write it as 31/12/2026 08:30.")},
    )
    language = forms.ChoiceField(
        label=lazy("They want to be answered in"),
        choices=[("vi", lazy("Vietnamese")), ("en", lazy("English"))],
        required=False,
    )
    refusal = forms.ChoiceField(
        label=lazy("If they do not say who they are: why?"),
        required=False,
        choices=[("", lazy("Choose the reason")), *(c for c in TakenDown.Refusal.choices if c[0])],
    )
    refusal_words = forms.CharField(label=lazy("The reason in their words"), **_line_field(200))
    name = forms.CharField(label=lazy("Name"), **_line_field(120))
    phone = forms.CharField(label=lazy("Phone number"), **_line_field(40, inputmode="tel"))
    address = forms.CharField(label=lazy("Address"), **_line_field(200))
    id_card = forms.CharField(label=lazy("Identity card"), **_line_field(40, inputmode="numeric"))
    minor = forms.ChoiceField(label=lazy("Age"), choices=TakenDown.Minor.choices, required=False)
    do_not_contact = forms.BooleanField(label=lazy("Do not call or write to them"), required=False)
    do_not_call = forms.BooleanField(
        label=lazy("Do not call them: they read the answer with the code on the receipt"),
        required=False,
    )
    safe_from = forms.ChoiceField(
        label=lazy("A call is safe for them from"), choices=HOUR_CHOICES, required=False
    )
    safe_until = forms.ChoiceField(label=lazy("until"), choices=HOUR_CHOICES, required=False)

    IDENTITY = ("name", "phone", "address", "id_card")
    # One of these is needed, or something stands in them already: "optional" would be wrong.
    UNMARKED = (
        *IDENTITY,
        "refusal",
        "minor",
        "place",
        "happening",
        "urgency",
        "category",
        "language",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in self.UNMARKED:
            fields[name].is_unmarked = True
        fields["urgency"].hints = {Urgency.P0: _("Everybody on duty is called when you save it.")}
        fields["to"].hints = {
            PAST_DESK: _(
                "If it is about officers here, or they do not want this desk to know. It leaves "
                "this desk's sight the moment it is saved; only the receipt stays."
            )
        }

    def clean_text(self) -> str:
        """Not only spaces."""
        return str(self.cleaned_data["text"]).strip()

    def clean_told_at(self) -> Any:
        """Not in the future, and not so long ago that its deadlines would make no sense."""
        told = self.cleaned_data["told_at"]
        if told is None:
            return None
        told = told.replace(tzinfo=times.VIETNAM)
        now = times.now()
        if told > now + timedelta(minutes=5):
            raise forms.ValidationError(_("This is in the future."))
        if told < now - _LONGEST_AGO:
            raise forms.ValidationError(_("This is more than 30 days ago."))
        return min(told, now)

    def clean(self) -> dict[str, Any]:
        """Either something that says who they are, or why they do not say it."""
        said = super().clean() or {}
        given = [name for name in self.IDENTITY if said.get(name)]
        if said.get("refusal") and given:
            self.add_error("refusal", _("They refused, so leave the four boxes empty."))
        if not said.get("refusal") and not given and "refusal" not in self.errors:
            self.add_error("name", _("Write a name or a phone number, or choose why they refuse."))
        if said.get("refusal") == TakenDown.Refusal.OTHER and not said.get("refusal_words"):
            self.add_error("refusal_words", _("Say the other reason in a few words."))
        if said.get("do_not_contact") or said.get("do_not_call"):
            return said | {"do_not_call": True, "safe_from": "", "safe_until": ""}
        if not hours_fit(said.get("safe_from", ""), said.get("safe_until", "")):
            self.add_error("safe_until", _("Choose two different hours, or none"))
        return said

    def words(self) -> str:
        """Everything that was told as one text, in the language of the report."""
        said = self.cleaned_data
        with override(said["language"] or "vi"):
            parts = [
                (_("When it happened"), said["when"]),
                (_("Who and with what"), said["people"]),
                (_("How they know it"), said["knows"]),
            ]
            more = [f"{name}: {value.strip()}" for name, value in parts if value.strip()]
        return "\n".join([said["text"], *more])

    def contact(self) -> dict[str, str]:
        """Who they are; empty when they refused."""
        return {name: self.cleaned_data[name] for name in self.IDENTITY if self.cleaned_data[name]}


class ShownChatForm(Form):
    """One message or one screenshot, before anything of it is kept."""

    text = forms.CharField(
        label=lazy("Paste the message"),
        required=False,
        **_area_field(6000, 5),
    )
    picture = forms.FileField(
        label=lazy("Or a screenshot"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        said = super().clean() or {}
        if not (self.errors or said.get("text", "").strip() or said.get("picture")):
            self.add_error("text", _("Paste a message, or choose a screenshot."))
        picture = said.get("picture")
        if picture is not None and picture.is_too_large:
            self.add_error("picture", _("The picture is larger than 20 MB."))
        return said


class CoveredChatForm(WhereFields):
    """The message as it will be kept, looked at once more."""

    text = forms.CharField(
        label=lazy("As it will be kept"),
        required=False,
        **_area_field(6000, 6),
        help_text=lazy("Read it once: whatever still names somebody, overwrite it."),
    )
    picture = forms.CharField(required=False, widget=forms.HiddenInput)
    cell = forms.MultipleChoiceField(required=False)
    covered = forms.IntegerField(
        required=False, min_value=0, max_value=999, widget=forms.HiddenInput
    )
    happening = forms.ChoiceField(
        label=lazy("Is it still going on?"),
        choices=Happening.choices,
        initial=Happening.UNSURE,
        required=False,
    )
    money_moved = forms.BooleanField(label=lazy("Money or a code was given away"), required=False)
    past = forms.BooleanField(
        label=lazy("It is about officers here: past this desk"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["cell"].valid_value = lambda written: grid_cell(written) is not None
        for name in ("category", "place", "happening"):
            fields[name].is_unmarked = True
        fields["seen_by"].label = _("How many members has the group that it stood in, about?")
        fields["seen_by"].help_text = _("Empty if it was sent to you alone.")
        # The words beside a picture may stay empty; those of a message are what is kept.
        fields["text"].is_unmarked = not self["picture"].value()

    def clean(self) -> dict[str, Any]:
        """There must still be something to keep."""
        said = super().clean() or {}
        if not (self.errors or said.get("text", "").strip() or said.get("picture")):
            self.add_error("text", _("There is nothing to keep: go back and paste it again."))
        return said

    def cells(self) -> set[GridCell]:
        """What was covered by hand."""
        sent = cast("QueryDict", self.data)
        return ticked_cells(sent.getlist("cell"), sent.getlist("band"))
