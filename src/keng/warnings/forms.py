"""Forms for writing, approving, taking back and verifying a warning."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.kit import times
from keng.kit.forms import Form, HintedChoice, approval_field, day_field, own_code_field
from keng.kit.sql_names import alphabetically
from keng.language.category_names import category_choices
from keng.language.taxonomy import warning_categories
from keng.network.models import Group, GroupKind
from keng.network.queries.places import places_of
from keng.places.models import Place, Unit
from keng.releases.forms import ReleaseForm
from keng.warnings import verifying
from keng.warnings.actions.errors import NoChangeNote
from keng.warnings.content import (
    CHANGE_NOTE,
    CONSEQUENCE,
    SHORT_FORM,
    WARNING_FIELDS,
    WARNING_PARTS,
    AudienceChoice,
    WarningContent,
)
from keng.warnings.known_numbers import NumberCheck, NumbersUnchecked
from keng.warnings.models import RecallReason, Version, Warning
from keng.warnings.recall_words import forbidden_in_recall

LONGEST_TITLE = 72
_LONGEST_SHORT_FORM = 400
# More than live in the country.
_MOST_PEOPLE = 200_000_000
_PART_LABELS = {
    "what": gettext_lazy("What they do, or what happens"),
    "signs": gettext_lazy("How to notice"),
    "act": gettext_lazy("What to do now"),
    "call": gettext_lazy("Whom to call"),
}
_AUDIENCE = ("places", "kinds", "subscribers", "without", "over_limit_reason")


def _title(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        max_length=LONGEST_TITLE,
        error_messages={
            "required": gettext_lazy("Write a title"),
            "max_length": gettext_lazy("The title has more than 72 characters"),
        },
        **kwargs,
    )


def _part(label: Any, rows: int, *, is_vietnamese: bool = True, **kwargs: Any) -> forms.CharField:
    # Each language has its own limit; the counter on the page is that of the Vietnamese text.
    counted = {"data-counted": ""} if is_vietnamese else {}
    return forms.CharField(
        max_length=600,
        label=label,
        widget=forms.Textarea(attrs={"rows": rows, **counted}),
        **kwargs,
    )


def _note_field(**kwargs: Any) -> forms.CharField:
    return forms.CharField(
        max_length=200,
        label=gettext_lazy("What this correction changes, and why"),
        help_text=gettext_lazy(
            "Everybody who got the warning reads this. Name the part, not the number: what stood "
            "there and what stands there now is shown beside it."
        ),
        widget=forms.Textarea(attrs={"rows": 2}),
        **kwargs,
    )


def _short_field(label: Any, language: str) -> forms.CharField:
    return forms.CharField(
        max_length=_LONGEST_SHORT_FORM,
        required=False,
        label=label,
        help_text=gettext_lazy(
            "Where and what, and what to do. The office, the code and the page with the whole text"
            " are added. The warning’s page offers it to leads and everybody else who passes it on"
            " by text message. Without it, the page cuts the whole text."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "data-short-form": language}),
        error_messages={
            "max_length": gettext_lazy("The short form has more than 400 characters"),
        },
    )


def numbers_field() -> forms.RegexField:
    """The tick that exactly the marked numbers were compared; its value is their digest."""
    return forms.RegexField(
        r"^[0-9a-f]{64}$", required=False, label=gettext_lazy("I have compared these numbers")
    )


def people_field() -> forms.IntegerField:
    """How many subscribers the page showed: many more by the time of sending, and it is held."""
    return forms.IntegerField(min_value=0, max_value=_MOST_PEOPLE, widget=forms.HiddenInput)


def note_unticked(form: forms.Form) -> None:
    """Say beside the tick what is wanted."""
    form.add_error("numbers", NumbersUnchecked.sentence)


class NumbersForm(Form):
    """With the tick that exactly the marked numbers were compared."""

    numbers = numbers_field()

    def __init__(self, *args: Any, checked: NumberCheck | None = None, **kwargs: Any) -> None:
        """`checked` are the numbers as they stand now."""
        super().__init__(*args, **kwargs)
        self._wanted = checked.digest if checked else ""

    def clean_numbers(self) -> str:
        ticked: str = self.cleaned_data["numbers"]
        if self._wanted and ticked != self._wanted:
            raise forms.ValidationError(NumbersUnchecked.sentence)
        return ticked


class NumbersReleaseForm(NumbersForm, ReleaseForm):
    """What a second person sends who also compared the numbers."""

    def given(self) -> dict[str, Any]:
        return {"numbers": self.cleaned_data["numbers"]}


class ApproveWarningForm(NumbersReleaseForm):
    """With how many people they read that would get it."""

    people = people_field()

    def given(self) -> dict[str, Any]:
        return super().given() | {"people": self.cleaned_data["people"]}


class WarningForm(Form):
    """The four parts, how long they hold, and whom they are for."""

    title = _title(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Up to 36 characters stand on one line of the picture."),
    )
    what = _part(
        _PART_LABELS["what"],
        3,
        error_messages={"required": gettext_lazy("Write what they do, or what happens")},
    )
    consequence = _part(
        gettext_lazy("What happens to people"),
        2,
        required=False,
        help_text=gettext_lazy("What was lost, who was hurt. Leave it empty if you do not know."),
    )
    signs = _part(
        _PART_LABELS["signs"],
        2,
        error_messages={"required": gettext_lazy("Write how people notice it")},
    )
    act = _part(
        _PART_LABELS["act"], 3, error_messages={"required": gettext_lazy("Write what to do now")}
    )
    call = _part(
        _PART_LABELS["call"], 2, error_messages={"required": gettext_lazy("Write whom to call")}
    )
    short = _short_field(gettext_lazy("Short form for text messages (SMS)"), "vi")
    note = _note_field(error_messages={"required": NoChangeNote.sentence})
    en_title = forms.CharField(
        max_length=LONGEST_TITLE, required=False, label=gettext_lazy("Title")
    )
    en_what = _part(_PART_LABELS["what"], 3, is_vietnamese=False, required=False)
    en_consequence = _part(
        gettext_lazy("What happens to people"), 2, is_vietnamese=False, required=False
    )
    en_signs = _part(_PART_LABELS["signs"], 2, is_vietnamese=False, required=False)
    en_act = _part(_PART_LABELS["act"], 3, is_vietnamese=False, required=False)
    en_call = _part(_PART_LABELS["call"], 2, is_vietnamese=False, required=False)
    en_short = _short_field(gettext_lazy("Short form for text messages (SMS)"), "en")
    en_note = _note_field(required=False)
    category = forms.ChoiceField(
        label=gettext_lazy("Category"),
        error_messages={"required": gettext_lazy("Choose a category")},
    )
    severity = forms.TypedChoiceField(
        choices=Warning.Severity.choices,
        coerce=int,
        label=gettext_lazy("Severity"),
        help_text=gettext_lazy(
            "Urgent goes out before everything else and does not wait for quiet hours."
        ),
    )
    valid_until = day_field(
        gettext_lazy("Valid until"),
        {"invalid": gettext_lazy("Write the day like 2026-12-31")},
        required=False,
    )
    places = forms.MultipleChoiceField(
        label=gettext_lazy("Places"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one place")},
    )
    kinds = forms.MultipleChoiceField(
        choices=GroupKind.choices,
        label=gettext_lazy("Kinds of group"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one kind of group")},
    )
    subscribers = forms.BooleanField(
        required=False, label=gettext_lazy("People who subscribed there")
    )
    without = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("Leave out"), widget=forms.CheckboxSelectMultiple
    )
    over_limit_reason = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Why one warning more"),
        help_text=gettext_lazy(
            "Only with a reason do groups that already had enough warnings get this one."
        ),
    )

    def __init__(
        self, *args: Any, unit: Unit, fixed: AudienceChoice | None = None, **kwargs: Any
    ) -> None:
        """With `fixed`, for a correction, the audience is not asked: it is who got the warning.

        Instead it says what it changes and why.
        """
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        self.unit, self.fixed = unit, fixed
        if not fixed:
            del self.fields["note"], self.fields["en_note"]
        for number, part in enumerate(WARNING_PARTS, 1):
            self.fields[part].label = format_html("<b>{}</b> {}", number, self.fields[part].label)
        # Nothing is chosen beforehand: the first of the list would be a guess.
        fields["category"].choices = [
            ("", _("Choose a category")),
            *category_choices(warning_categories()),
        ]
        if fixed:
            for name in _AUDIENCE:
                del self.fields[name]
            return
        fields["places"].choices = [(str(p.pk), p.full_name) for p in offered_places(unit)]
        groups = Group.objects.filter(unit__in=[unit.pk, *_below(unit)], is_active=True)
        fields["without"].choices = [(str(g.pk), g.name) for g in groups.order_by(alphabetically())]

    def mark_suggested(self, suggested: Iterable[str]) -> None:
        """Say beside these parts that their words are a suggestion, as long as they stand so."""
        for part in suggested:
            shown = self[part]
            if shown.value() == self.initial.get(part):
                hint = _("Suggested, not checked: change it so that it fits.")
                shown.help_text = f"{hint} {shown.help_text}".strip()

    def clean_valid_until(self) -> datetime.date | None:
        day: datetime.date | None = self.cleaned_data["valid_until"]
        if day and day < times.local_date(times.now()):
            raise forms.ValidationError(_("This day is past"))
        return day

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        english = {field: found.get(f"en_{field}", "").strip() for field in self._text_fields}
        if any(english.values()):
            for field, words in english.items():
                if not words:
                    self.add_error(
                        f"en_{field}", _("The English text needs all its parts, or none")
                    )
        if not any(english.values()) and found.get("en_short", "").strip():
            self.add_error("en_short", _("Write the whole text in English, too"))
        if any(english.values()) and found.get(CONSEQUENCE) and not found.get("en_consequence"):
            self.add_error("en_consequence", _("The English text needs all its parts, or none"))
        for name in ("note", "en_note"):
            for sentence in forbidden_in_recall(found.get(name, ""), self.unit):
                self.add_error(name, sentence)
        return found

    @property
    def _text_fields(self) -> tuple[str, ...]:
        """What each language says."""
        return (*WARNING_FIELDS, CHANGE_NOTE) if self.fixed else WARNING_FIELDS

    def content(self) -> WarningContent:
        """What was written."""
        found = self.cleaned_data
        texts = {"vi": {field: _tidy(found[field]) for field in self._text_fields}}
        if found["en_title"].strip():
            texts["en"] = {field: _tidy(found[f"en_{field}"]) for field in self._text_fields}
        for field in (CONSEQUENCE, SHORT_FORM):
            for language, name in (("vi", field), ("en", f"en_{field}")):
                if language in texts and (words := _tidy(found[name])):
                    texts[language][field] = words
        return WarningContent(texts, found["category"], found["severity"], found["valid_until"])

    def choice(self) -> AudienceChoice:
        """Whom it is for."""
        if self.fixed:
            return self.fixed
        found = self.cleaned_data
        return AudienceChoice(
            tuple(uuid.UUID(key) for key in found["places"]),
            tuple(found["kinds"]),
            tuple(uuid.UUID(key) for key in found["without"]),
            found["subscribers"],
            found["over_limit_reason"].strip(),
        )


def _tidy(text: str) -> str:
    """Line ends as the hash counts them, no spaces at the ends."""
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def offered_places(unit: Unit) -> list[Place]:
    """The places a unit may address; the province chooses communes, not each of their hamlets."""
    found = places_of([unit.pk])
    if unit.kind == Unit.Kind.PROVINCE:
        found = found.exclude(kind=Place.Kind.HAMLET)
    return list(found)


def _below(unit: Unit) -> list[uuid.UUID]:
    return list(Unit.objects.filter(parent=unit).values_list("pk", flat=True))


def initial_of_version(version: Version) -> dict[str, Any]:
    """A version, as the form shows it."""
    vietnamese, english = version.texts["vi"], version.texts.get("en", {})
    # The next correction says for itself what it changes.
    is_draft = not version.is_released
    return {
        "note": vietnamese.get(CHANGE_NOTE, "") if is_draft else "",
        "en_note": english.get(CHANGE_NOTE, "") if is_draft else "",
        CONSEQUENCE: vietnamese.get(CONSEQUENCE, ""),
        f"en_{CONSEQUENCE}": english.get(CONSEQUENCE, ""),
        SHORT_FORM: vietnamese.get(SHORT_FORM, ""),
        f"en_{SHORT_FORM}": english.get(SHORT_FORM, ""),
        **{field: vietnamese[field] for field in WARNING_FIELDS},
        **{f"en_{field}": english.get(field, "") for field in WARNING_FIELDS},
        "category": version.category,
        "severity": version.severity,
        "valid_until": version.valid_until,
        **version.audience,
    }


class LetGoForm(Form):
    """The own code of whoever lets a held warning go, and the number they looked at."""

    people = people_field()
    code = approval_field()


SAYS_SO, DELETES_POSTS = "say", "delete"


class RecallForm(Form):
    """Why a warning is taken back: the public reads it."""

    reason = HintedChoice(
        choices=RecallReason.choices,
        label=gettext_lazy("Why is it taken back?"),
        help_text=gettext_lazy("Everybody who got the warning reads this."),
        hints={RecallReason.OWN_WORDS: gettext_lazy("Waits until a second person approves it.")},
        error_messages={"required": gettext_lazy("Choose the reason")},
    )
    words = forms.CharField(
        required=False,
        max_length=300,
        label=gettext_lazy("Your own words"),
        help_text=gettext_lazy("No link, and no number but those of the desks."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    posts = HintedChoice(
        choices=[
            (SAYS_SO, gettext_lazy("It says that the warning was taken back")),
            (DELETES_POSTS, gettext_lazy("It is deleted")),
        ],
        initial=SAYS_SO,
        label=gettext_lazy("What becomes of the post, or of the article?"),
        hints={
            SAYS_SO: gettext_lazy(
                "An article is changed. A post with a picture is deleted and a new post says it:"
                " nobody can change the picture of a post."
            ),
            DELETES_POSTS: gettext_lazy("Whoever saw it before finds nothing more there."),
        },
        error_messages={"required": gettext_lazy("Choose what becomes of the post")},
    )
    code = own_code_field()

    def __init__(
        self, *args: Any, unit: Unit, own_words: bool = True, has_posts: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._unit = unit
        fields: Any = self.fields
        fields["words"].is_unmarked = True
        if not has_posts:
            del fields["posts"]
        if not own_words:
            fields["reason"].choices = [
                (code, label)
                for code, label in RecallReason.choices
                if code != RecallReason.OWN_WORDS
            ]

    @property
    def is_own_words(self) -> bool:
        return bool(self.cleaned_data["reason"] == RecallReason.OWN_WORDS)

    @property
    def deletes_posts(self) -> bool:
        return self.cleaned_data.get("posts") == DELETES_POSTS

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("reason") != RecallReason.OWN_WORDS:
            return found
        words = _tidy(found.get("words", ""))
        if not words:
            self.add_error("words", _("Write the reason"))
        for sentence in forbidden_in_recall(words, self._unit):
            self.add_error("words", sentence)
        return found | {"words": words}


class RefuseRecallForm(Form):
    """Why the warning stays."""

    reason = forms.CharField(
        max_length=600,
        label=gettext_lazy("Do not take it back"),
        help_text=gettext_lazy("Whoever asked reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("Write why the warning stays")},
    )


class VerifyForm(Form):
    """Is this warning real?"""

    code = forms.CharField(
        max_length=verifying.LONGEST_PASTED,
        label=gettext_lazy("The code, or the whole message"),
        help_text=gettext_lazy(
            "Six letters and digits at the end of every warning, for instance 7QM-4KD. If you paste"
            " the whole message, its numbers and links are compared with the published text; what"
            " you paste is not kept."
        ),
        widget=forms.Textarea(attrs={"autocomplete": "off", "rows": 3}),
        error_messages={
            "required": gettext_lazy("Write the code"),
            "max_length": gettext_lazy("This is too long: paste the end of the message alone"),
        },
    )
