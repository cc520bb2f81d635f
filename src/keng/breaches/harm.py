"""How bad a breach may become: six questions, and the sentence by which they are rated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class HarmAnswer(models.TextChoices):
    """What is known today; what nobody knows counts as yes."""

    YES = "yes", _("Yes")
    NO = "no", _("No")
    UNKNOWN = "unknown", _("Not known yet")


class HarmRating(models.TextChoices):
    """How bad it may become for the people concerned."""

    LOW = "low", _("Low")
    MEDIUM = "medium", _("Medium")
    HIGH = "high", _("High")


@dataclass(frozen=True, slots=True)
class HarmStep:
    """One question, and what hangs on it."""

    code: str
    question: "str | _StrPromise"
    why: "str | _StrPromise"


HARM_STEPS: tuple[HarmStep, ...] = (
    HarmStep(
        "readable",
        _("Can somebody read it who may not?"),
        _("What is sealed and whose key was not reached, and bare hashes, nobody reads."),
    ),
    HarmStep(
        "names",
        _("Can people be recognised by it?"),
        _("By a name, a phone, an address, a face, or by what happened to them alone."),
    ),
    HarmStep(
        "sensitive",
        _("Are crimes, bank accounts, identity papers or places of people in it?"),
        _("The law calls such data sensitive."),
    ),
    HarmStep(
        "danger",
        _("Could somebody be threatened or hurt because of it?"),
        _("Whoever learns who reported them may come for the reporter."),
    ),
    HarmStep(
        "many",
        _("Are more than a hundred people concerned?"),
        _("Counted by the sorts of data that were reached."),
    ),
    HarmStep(
        "goes_on",
        _("Does it go on?"),
        _("A door that is not shut yet lets more out."),
    ),
)
STEP_CODES = tuple(step.code for step in HARM_STEPS)


def rate_harm(answers: Mapping[str, str]) -> tuple[HarmRating, "str | _StrPromise"]:
    """The rating, and the rule that gave it: the first that fits."""
    is_so = {code: answers.get(code) != HarmAnswer.NO for code in STEP_CODES}
    if is_so["danger"]:
        return HarmRating.HIGH, _("High: somebody could be threatened or hurt.")
    if is_so["readable"] and is_so["names"] and is_so["sensitive"]:
        return HarmRating.HIGH, _(
            "High: it can be read, people can be recognised, and it is sensitive."
        )
    if not is_so["readable"] and not is_so["goes_on"]:
        return HarmRating.LOW, _("Low: nobody can read it, and it is over.")
    if is_so["many"] or is_so["names"] or is_so["goes_on"]:
        return HarmRating.MEDIUM, _(
            "Medium: many are concerned, people can be recognised, or it goes on."
        )
    return HarmRating.LOW, _("Low: few are concerned, and nobody can be recognised.")
