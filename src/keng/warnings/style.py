"""The house style as the desk shows it: each finding with its level in colour and its words."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from keng.language import house_style
from keng.language.house_style import StyleFinding
from keng.warnings import labels
from keng.warnings.content import Content

_TONES = {"ok": "ok", "fix": "warn", "stop": "danger"}


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list beside the text."""

    tone: str
    words: str
    language: str


def check(content: Content) -> list[Shown]:
    """Everything the house style says, what stops first."""
    found = [(one, language) for language in content.texts for one in _findings(content, language)]
    found.sort(key=lambda pair: ("stop", "fix", "ok").index(pair[0].level))
    return [
        Shown(_TONES[one.level], _words(one, content.category), language) for one, language in found
    ]


def stops(content: Content) -> list[StyleFinding]:
    """What keeps a warning from being submitted."""
    return [
        one
        for language in content.texts
        for one in house_style.stopping_findings(_findings(content, language))
    ]


def _findings(content: Content, language: str) -> list[StyleFinding]:
    words = content.texts[language]
    parts = {part: words.get(part, "") for part in house_style.WARNING_PARTS}
    return house_style.check_warning_style(parts, title=words.get("title", ""), language=language)


def _words(finding: StyleFinding, category: str) -> str:
    # Sentences of the language package are in the catalogue under their English words.
    params = dict(finding.params)
    if finding.code == "part_missing":
        params["part"] = _PART_NAMES[str(params["part"])](category)
    return _(house_style.STYLE_MESSAGES[finding.code]) % params


_PART_NAMES: dict[str, Callable[[str], str]] = {
    "what": labels.what,
    "signs": lambda _category: _("How to notice"),
    "act": lambda _category: _("What to do now"),
    "call": lambda _category: _("Whom to call"),
}
