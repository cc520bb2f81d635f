"""The boxes in which a partner's people write: those of the desk, for a lesson and for a check."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keng.accounts.models import Partner, SafetyPurpose
from keng.claims.forms import MOST_SOURCES, EvidenceForm, WriteCheckForm, evidence_forms
from keng.claims.models import Topic
from keng.claims.redact_claims import redact_claim
from keng.kit.forms import Form
from keng.lessons.lesson_form import LessonForm
from keng.lessons.models import Film

# A topic is written about by whoever was invited for one of these purposes.
_PURPOSES: dict[str, tuple[str, ...]] = {
    Topic.SCAM: (SafetyPurpose.FRAUD,),
    Topic.CRIME: (SafetyPurpose.VIOLENCE, SafetyPurpose.DRUGS, SafetyPurpose.RENTING),
    Topic.CHILDREN: (SafetyPurpose.CHILDREN,),
    Topic.TRAFFIC: (SafetyPurpose.ROAD,),
    Topic.FIRE: (SafetyPurpose.FIRE,),
    Topic.HEALTH: (SafetyPurpose.SERVICES, SafetyPurpose.FIRE),
    Topic.PAPERS: (SafetyPurpose.SERVICES, SafetyPurpose.RENTING),
}
_LONGEST = 4000


def purpose_for_topic(topic: str, partner: Partner) -> str:
    """For which of its purposes a partner writes about this topic; "" if for none."""
    return next((each for each in _PURPOSES.get(topic, ()) if each in partner.purposes), "")


class WritingForms(ABC):
    """What stands in them, whether it is whole, and what it says then."""

    forms: Sequence[Form]
    heading: str

    def __init__(self, data: Mapping[str, str] | None) -> None:
        self.data = data

    @property
    def is_whole(self) -> bool:
        """All of them are looked at, so that all their mistakes are named at once."""
        found = [form.is_valid() for form in self.forms]
        return all(found)

    @property
    def is_short(self) -> bool:
        """Whether it may be kept as it is, though it is not whole."""
        return all(len(value) <= _LONGEST for value in self.typed.values())

    @property
    def typed(self) -> dict[str, str]:
        """As it was typed, box by box."""
        data = self.data or {}
        names = [form.add_prefix(name) for form in self.forms for name in form.fields]
        return {name: data[name] for name in names if data.get(name)}

    @property
    def title(self) -> str:
        """For the partner's own list."""
        return self.typed.get(self.heading, "").strip()

    @property
    @abstractmethod
    def content(self) -> dict[str, Any]:
        """What a second person reads, once it is whole."""

    @property
    def purpose(self) -> str:
        """ "" where the text says nothing about it."""
        return ""


class LessonWritingForms(WritingForms):
    """Cards and questions, as officers write them, behind a film of the partner's own."""

    heading = "vi_title"

    def __init__(
        self, data: Mapping[str, str] | None, typed: Mapping[str, str], *, films: Sequence[Film]
    ) -> None:
        super().__init__(data)
        self.films = {str(film.pk): film for film in films}
        self.lesson = LessonForm(data, initial=dict(typed))
        self.lesson.fields["film"] = forms.ChoiceField(
            label=_("Film at the beginning"),
            required=False,
            choices=[("", _("No film")), *((key, film.title) for key, film in self.films.items())],
        )
        for name, field in self.lesson.fields.items():
            # Which cards and questions there may be besides the first is said once, above them.
            unmarked: Any = field
            unmarked.is_unmarked = name != "film" and not name.startswith(("vi_c_", "en_"))
        self.forms = [self.lesson]

    @property
    def content(self) -> dict[str, Any]:
        """The texts by language, which answers are right, and the film with its words."""
        content = {"texts": self.lesson.texts(), "right": self.lesson.right()}
        film = self.films.get(self.lesson.cleaned_data["film"])
        if film is None:
            return content
        return content | {"film": {"id": str(film.pk), **film.content}}


class CheckWritingForms(WritingForms):
    """A rumour, its verdict and its sources, as officers write them."""

    heading = "question"

    def __init__(
        self,
        data: Mapping[str, str] | None,
        typed: Mapping[str, str],
        *,
        partner: Partner,
        corrects: bool,
    ) -> None:
        super().__init__(data)
        self.partner = partner
        self.check = WriteCheckForm(data, initial=dict(typed), corrects=corrects)
        topics: Any = self.check.fields["topic"]
        topics.choices = [
            (code, label)
            for code, label in topics.choices
            if not code or purpose_for_topic(code, partner)
        ]
        kept = [_fields_of_source(typed, f"e{at + 1}-") for at in range(MOST_SOURCES)]
        self.sources: list[EvidenceForm] = evidence_forms(data, kept)
        self.forms = [self.check, *self.sources]

    @property
    def typed(self) -> dict[str, str]:
        """People are covered before anything is kept."""
        found = super().typed
        return found | {
            name: redact_claim(found[name]).text for name in ("quote", "seen") if name in found
        }

    @property
    def content(self) -> dict[str, Any]:
        """As a check keeps it."""
        found = [source for each in self.sources if (source := each.evidence())]
        return self.check.content(found).as_json()

    @property
    def purpose(self) -> str:
        """As the topic has it."""
        return purpose_for_topic(self.typed.get("topic", ""), self.partner)


def _fields_of_source(typed: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value for name, value in typed.items() if name.startswith(prefix)
    }
