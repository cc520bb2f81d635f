"""The house style as the desk shows it: each finding with its level in colour and its words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from keng.language import house_style
from keng.language.house_style import StyleFinding
from keng.warnings.content import WarningContent
from keng.warnings.part_names import part_headings

_TONES = {"ok": "ok", "fix": "warn", "stop": "danger"}


@dataclass(frozen=True, slots=True)
class StyleLine:
    """One line of the list beside the text."""

    tone: str
    words: str
    language: str


def check_style(content: WarningContent) -> list[StyleLine]:
    """Everything the house style says, what stops first."""
    found = [(one, language) for language in content.texts for one in _findings(content, language)]
    found.sort(key=lambda pair: ("stop", "fix", "ok").index(pair[0].level))
    return [
        StyleLine(_TONES[one.level], _words(one, content.category), language)
        for one, language in found
    ]


def stopping_findings(content: WarningContent) -> list[StyleFinding]:
    """What keeps a warning from being submitted."""
    return [
        one
        for language in content.texts
        for one in house_style.stopping_findings(_findings(content, language))
    ]


def _findings(content: WarningContent, language: str) -> list[StyleFinding]:
    words = content.texts[language]
    parts = {part: words.get(part, "") for part in house_style.WARNING_PARTS}
    return house_style.check_warning_style(parts, title=words.get("title", ""), language=language)


def _words(finding: StyleFinding, category: str) -> str:
    # Sentences of the language package are in the catalogue under their English words.
    params = dict(finding.params)
    if finding.code == "part_missing":
        params["part"] = part_headings(category)[str(params["part"])]
    return _(house_style.STYLE_MESSAGES[finding.code]) % params
