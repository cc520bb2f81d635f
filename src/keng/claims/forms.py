"""Forms for asking about a claim, and for writing, publishing and taking back a check."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.claims.actions.asking import LONGEST_CLAIM
from keng.claims.content import TEXT_FIELDS, CheckContent, Evidence
from keng.claims.models import Claim, Revision, Topic, Verdict
from keng.claims.redact_claims import redact_claim
from keng.kit.forms import Form, HintedChoice, no_later_than_today, own_code_field

MOST_SOURCES = 4
_LONGEST_NUMBER = 2_000_000_000


def _words_field(
    label: Any, rows: int, most: int, missing: Any = "", **kwargs: Any
) -> forms.CharField:
    too_long = gettext_lazy("This is too long: %(limit_value)d characters at most")
    kwargs["error_messages"] = {"max_length": too_long}
    if missing:
        kwargs["error_messages"]["required"] = missing
    return forms.CharField(
        label=label,
        max_length=most,
        required=bool(missing),
        widget=forms.Textarea(attrs={"rows": rows}),
        **kwargs,
    )


class AskClaimForm(Form):
    """What somebody heard; nothing about where they have it from."""

    words = _words_field(
        gettext_lazy("What did you hear?"),
        4,
        LONGEST_CLAIM,
        gettext_lazy("Write what you heard"),
        help_text=gettext_lazy(
            "Type it or paste the message or the link. Leave out who sent it to you."
        ),
    )
    about = forms.IntegerField(
        required=False, min_value=1, max_value=_LONGEST_NUMBER, widget=forms.HiddenInput
    )
    same_as = forms.UUIDField(required=False, widget=forms.HiddenInput)


class WriteCheckForm(Form):
    """The text of a check in Vietnamese, perhaps in English; its sources are forms of their own."""

    quote = _words_field(
        gettext_lazy("The rumour in its own words"),
        3,
        800,
        gettext_lazy("Write the rumour in its own words"),
        help_text=gettext_lazy("Names, numbers and handles are covered when it is saved."),
    )
    seen = forms.CharField(
        required=False,
        max_length=160,
        label=gettext_lazy("Where and since when it goes round"),
        help_text=gettext_lazy("For instance: in groups of parents, since 21/11. Never by whom."),
    )
    question = forms.CharField(
        max_length=120,
        label=gettext_lazy("The question, which is the title"),
        help_text=gettext_lazy("Never repeat a rumour as a statement in a title."),
        error_messages={"required": gettext_lazy("Write the question")},
    )
    verdict = HintedChoice(
        choices=Verdict.choices,
        label=gettext_lazy("Verdict"),
        error_messages={"required": gettext_lazy("Choose a verdict")},
    )
    answer = _words_field(
        gettext_lazy("The short answer"), 3, 600, gettext_lazy("Write the short answer")
    )
    unknown = _words_field(
        gettext_lazy("What is not known"),
        2,
        600,
        gettext_lazy("Write what is not known"),
        help_text=gettext_lazy("There is always something: where it began, for instance."),
    )
    advice = _words_field(gettext_lazy("If you are worried"), 2, 400)
    note = _words_field(
        gettext_lazy("What this correction changes"),
        2,
        300,
        gettext_lazy("Write what this correction changes"),
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("What the rumour is about"),
        error_messages={"required": gettext_lazy("Choose what it is about")},
    )
    en_question = forms.CharField(
        max_length=120, required=False, label=gettext_lazy("The question, which is the title")
    )
    en_answer = _words_field(gettext_lazy("The short answer"), 3, 600)
    en_unknown = _words_field(gettext_lazy("What is not known"), 2, 600)
    en_advice = _words_field(gettext_lazy("If you are worried"), 2, 400)
    en_note = _words_field(gettext_lazy("What this correction changes"), 2, 300)

    def __init__(self, *args: Any, corrects: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        # Nothing is chosen beforehand: the first of the list would be a guess.
        fields["topic"].choices = [("", _("Choose what it is about")), *Topic.choices]
        if not corrects:
            del self.fields["note"], self.fields["en_note"]

    def clean_question(self) -> str:
        return self._question("question")

    def clean_en_question(self) -> str:
        return self._question("en_question")

    def _question(self, name: str) -> str:
        asked = str(self.cleaned_data[name]).strip()
        if asked and not asked.endswith("?"):
            raise forms.ValidationError(_("A title is a question: end it with a question mark"))
        return asked

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        names = [f"en_{field}" for field in TEXT_FIELDS if f"en_{field}" in self.fields]
        needed = [name for name in names if found.get(name.removeprefix("en_"))]
        if any(found.get(name) for name in names):
            for name in needed:
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, _("The English text needs all its parts, or none"))
        return found

    def content(self, evidence: list[Evidence]) -> CheckContent:
        """What was written, with its sources."""
        found = self.cleaned_data
        texts = {"vi": {field: _tidy(found.get(field, "")) for field in TEXT_FIELDS}}
        if found["en_question"]:
            texts["en"] = {field: _tidy(found.get(f"en_{field}", "")) for field in TEXT_FIELDS}
        quote, seen = (
            redact_claim(_tidy(found["quote"])).text,
            redact_claim(_tidy(found["seen"])).text,
        )
        return CheckContent(found["verdict"], found["topic"], quote, seen, texts, evidence)


_REQUIRED_WORDS = {
    "source": gettext_lazy("Write who says it"),
    "finding": gettext_lazy("Write what follows from it"),
    "dated": gettext_lazy("Write of which day it is"),
    "excerpt": gettext_lazy("Paste the words themselves"),
}


class EvidenceForm(Form):
    """One source. The words are pasted by a person: the machine fetches nothing."""

    source = forms.CharField(
        required=False,
        max_length=120,
        label=gettext_lazy("Who says it"),
        help_text=gettext_lazy("An office, a school, a record: not a private person."),
    )
    finding = _words_field(gettext_lazy("What follows from it"), 2, 300)
    dated = forms.DateField(
        required=False,
        label=gettext_lazy("Of which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the day like 2026-12-31")},
    )
    link = forms.URLField(
        required=False,
        max_length=300,
        assume_scheme="https",
        label=gettext_lazy("Link, if there is one"),
        error_messages={"invalid": gettext_lazy("Write the whole link, with https://")},
    )
    excerpt = _words_field(
        gettext_lazy("The words themselves, pasted"),
        3,
        3000,
        help_text=gettext_lazy("They are kept with their hash, in case the page disappears."),
    )

    def __init__(self, *args: Any, needed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if needed:
            for name in ("source", "finding", "dated", "excerpt"):
                self.fields[name].required = True
                self.fields[name].error_messages["required"] = _REQUIRED_WORDS[name]

    def clean_dated(self) -> Any:
        return no_later_than_today(self.cleaned_data["dated"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if any(found.values()):
            for name, words in _REQUIRED_WORDS.items():
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return found

    def evidence(self) -> Evidence | None:
        """The source, unless the form was left empty."""
        found = self.cleaned_data
        if not found.get("source"):
            return None
        return Evidence(
            found["source"].strip(),
            _tidy(found["finding"]),
            found["dated"],
            found["link"],
            _tidy(found["excerpt"]),
        )


def evidence_forms(data: Any, kept: Sequence[Mapping[str, str]]) -> list[EvidenceForm]:
    """As many as there may be; the first has to be filled in."""
    return [
        EvidenceForm(
            data, prefix=f"e{at + 1}", needed=at == 0, initial=kept[at] if at < len(kept) else None
        )
        for at in range(MOST_SOURCES)
    ]


def initial_of_revision(revision: Revision) -> dict[str, Any]:
    """A revision, as the form shows it."""
    vietnamese, english = revision.texts["vi"], revision.texts.get("en", {})
    return {
        **{field: vietnamese.get(field, "") for field in TEXT_FIELDS},
        **{f"en_{field}": english.get(field, "") for field in TEXT_FIELDS},
        "quote": revision.quote,
        "seen": revision.seen,
        "verdict": revision.verdict,
        "topic": revision.topic,
    }


def _tidy(text: str) -> str:
    """Line ends as the hash counts them, no spaces at the ends."""
    return "\n".join(line.strip() for line in text.replace("\r\n", "\n").strip().split("\n"))


class TakeBackCheckForm(Form):
    """Why a check is taken back: the public reads it."""

    reason = HintedChoice(
        choices=Claim.TakenBack.choices,
        label=gettext_lazy("Why is it taken back?"),
        help_text=gettext_lazy("Everybody who opens the page reads this."),
        error_messages={"required": gettext_lazy("Choose the reason")},
    )


class WithdrawCheckForm(TakeBackCheckForm):
    """The officer's own code, too."""

    code = own_code_field()


class OutOfScopeForm(Form):
    """Why a claim is none of ours."""

    why = HintedChoice(
        choices=Claim.Outside.choices,
        label=gettext_lazy("Why is it out of scope?"),
        error_messages={"required": gettext_lazy("Choose why")},
    )
