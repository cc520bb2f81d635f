"""The house style and the six things, as the desk shows them: each finding with its words."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.language import house_style
from keng.language.house_style import StyleFinding
from keng.warnings.content import CONSEQUENCE, SHORT_FORM, WARNING_FIELDS, WarningContent
from keng.warnings.part_names import part_headings
from keng.warnings.six_things import Thing, things_said

_TONES = {"ok": "ok", "fix": "warn", "stop": "danger"}
_HINTS = {
    Thing.SOURCE: gettext_lazy(
        "Nobody says who warns. Name the office: “The police of Nếnh ward tell you: …”"
    ),
    Thing.HAZARD: gettext_lazy(
        "The danger cannot be recognised. Tell how it goes: “A caller claims to be from the bank"
        " and asks for the code.”"
    ),
    Thing.PLACE: gettext_lazy(
        "No place is named. Say where: “on road 295, near Sen bridge”, or “all over the ward”"
    ),
    Thing.CONSEQUENCE: gettext_lazy(
        "It does not say what happens to people. Tell it in one sentence: “Two families lost"
        " 40 million đồng.”"
    ),
    Thing.ACT: gettext_lazy(
        "Nobody is told what to do. Begin with a verb: “Hang up. Call 113.” “Be vigilant” is no act"
    ),
    Thing.TIME: gettext_lazy("No time is named. Say when: “since Monday”, “from 7 pm until 15/12”"),
}
# What goes out always carries these beside the author's words (`outgoing_text`): who issued it, the
# day and until when it is valid, and for which places.
_ADDED_TO_WORDS = frozenset((Thing.SOURCE, Thing.PLACE, Thing.TIME))
# Of a short form the office and the page with the rest are added; two parts have no room for what
# happened to whom, and when.
_ADDED_TO_SHORT_FORM = frozenset((Thing.SOURCE, Thing.CONSEQUENCE, Thing.TIME))


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
    lines = [
        StyleLine(_TONES[one.level], _words(one, content.category), language)
        for one, language in found
    ]
    lines += [*check_six_things(content), *_short_form_lines(content)]
    return sorted(lines, key=lambda line: ("danger", "warn", "ok").index(line.tone))


def hints_for(text: str, *, given: frozenset[Thing] = frozenset()) -> list[str]:
    """What a Vietnamese text leaves out, and whether it frightens in vain: hints, never a reason.

    `given` are the things that its readers learn beside it.
    """
    said = things_said(text)
    found = [str(_HINTS[thing]) for thing in said.missing if thing not in given]
    if said.frightens_without_act:
        found.append(_("The words frighten and nobody is told what to do: say it, or write calmly"))
    return found


def check_six_things(content: WarningContent) -> list[StyleLine]:
    """What the Vietnamese text leaves out, beside what every text that goes out carries."""
    words = content.texts["vi"]
    text = "\n".join(words.get(field, "") for field in (*WARNING_FIELDS, CONSEQUENCE))
    hints = hints_for(text, given=_ADDED_TO_WORDS)
    if not hints:
        said = _("Source, danger, place, consequence, act and time are all said")
        return [StyleLine(_TONES["ok"], said, "vi")]
    return [StyleLine(_TONES["fix"], hint, "vi") for hint in hints]


def _short_form_lines(content: WarningContent) -> list[StyleLine]:
    """What should be better in the short forms, and what stops them."""
    found = [
        StyleLine(_TONES[one.level], _words(one, content.category), language)
        for language in content.texts
        for one in _short_form_findings(content, language)
        if one.level != "ok"
    ]
    if short := content.texts["vi"].get(SHORT_FORM, ""):
        hints = hints_for(short, given=_ADDED_TO_SHORT_FORM)
        found += [StyleLine(_TONES["fix"], hint, "vi") for hint in hints]
    return [replace(one, words=_("Short form: %s") % one.words) for one in found]


def _short_form_findings(content: WarningContent, language: str) -> list[StyleFinding]:
    short = content.texts[language].get(SHORT_FORM, "")
    return house_style.check_words_style(short, language) if short else []


def stopping_findings(content: WarningContent) -> list[StyleFinding]:
    """What keeps a warning from being submitted."""
    return [
        one
        for language in content.texts
        for findings in (_findings(content, language), _short_form_findings(content, language))
        for one in house_style.stopping_findings(findings)
    ]


def _findings(content: WarningContent, language: str) -> list[StyleFinding]:
    words = content.texts[language]
    parts = {part: words.get(part, "") for part in house_style.WARNING_PARTS}
    # It is read with the first part, and its words count.
    parts["what"] = f"{parts['what']}\n{words.get(CONSEQUENCE, '')}".strip()
    return house_style.check_warning_style(parts, title=words.get("title", ""), language=language)


def _words(finding: StyleFinding, category: str) -> str:
    # Sentences of the language package are in the catalogue under their English words.
    params = dict(finding.params)
    if finding.code == "part_missing":
        params["part"] = part_headings(category)[str(params["part"])]
    return _(house_style.STYLE_MESSAGES[finding.code]) % params
