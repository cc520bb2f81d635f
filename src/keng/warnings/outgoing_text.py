"""The text that goes out: whole without its link, signed, with the code that proves it."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.delivery.actions.dispatch import TextToSend
from keng.kit import times
from keng.kit.codes import halved_code
from keng.kit.sql_names import alphabetically
from keng.places.models import Place
from keng.warnings import part_names
from keng.warnings.content import (
    CHANGE_NOTE,
    CONSEQUENCE,
    SHORT_FORM,
    AudienceChoice,
    WarningContent,
    choice_of,
)
from keng.warnings.models import VerifyCode, Version
from keng.warnings.models import Warning as PublicWarning
from keng.warnings.verify_codes import VERIFY_LENGTH

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


# More names than these make a message long; the others are counted.
MOST_PLACES = 3


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is printed below a text beside its words."""

    issuer: str
    code: str
    """Empty as long as nothing was approved: a preview shows no code."""
    on: datetime.date
    replaces: str = ""
    """The code of the version this one corrects."""
    places: tuple[str, ...] = ()
    """The names of the places it is for."""


def stamp_of(version: Version, code: str) -> Stamp:
    """What is printed below this version, now: the same for the approver's eyes and for sending."""
    replaced = VerifyCode.objects.filter(
        version__warning=version.warning_id, version__number__lt=version.number
    ).order_by("-version__number")
    last = replaced.values_list("code", flat=True).first()
    return Stamp(
        version.warning.unit.name,
        code,
        times.local_date(times.now()),
        last or "",
        names_of_places(choice_of(version)),
    )


def names_of_places(choice: AudienceChoice) -> tuple[str, ...]:
    """What the places are called that a warning is for, in one order."""
    found = Place.objects.filter(pk__in=choice.places).order_by(alphabetically("full_name"), "id")
    return tuple(found.values_list("full_name", flat=True))


def warning_url(code: str) -> str:
    """The public address of a version."""
    return f"{settings.PUBLIC_URL}/w/{code}"


def warnings_url() -> str:
    """The public address of all of them."""
    return f"{settings.PUBLIC_URL}/warnings"


def warning_messages(content: WarningContent, stamp: Stamp) -> list[TextToSend]:
    """One text for each language, Vietnamese first: it is what everybody without their own gets."""
    order = ["vi", *(language for language in content.texts if language != "vi")]
    return [_message(content, language, stamp) for language in order]


def _message(content: WarningContent, language: str, stamp: Stamp) -> TextToSend:
    words = content.texts[language]
    with translation.override(language):
        lines = [f"{_kind_words(content.severity, stamp)}: {words['title']}"]
        if stamp.replaces:
            lines.append(
                _("This replaces the warning with the code %(code)s. Please pass on only this one.")
                % {"code": halved_code(stamp.replaces)}
            )
            if note := words.get(CHANGE_NOTE, ""):
                lines.append(_("What changed: %s") % note)
        harm = words.get(CONSEQUENCE, "")
        lines += [
            part_names.what_line(content.category, words["what"]),
            *([_("What happens to people: %s") % harm] if harm else []),
            _("2. How to notice: %s") % words["signs"],
        ]
        lines += [
            _("3. What to do now: %s") % words["act"],
            _("4. Whom to call: %s") % words["call"],
        ]
        lines.append(_signature(content, stamp))
        lines.append(
            _(
                "Code to check it: %(code)s (type %(host)s yourself). "
                "This message is complete: you need not tap anything."
            )
            % {"code": _shown_code(stamp.code), "host": _host()}
        )
        short = _short_message(words.get(SHORT_FORM, ""), content.severity, stamp)
        return TextToSend(language, "\n".join(lines), subject=lines[0], short=short)


@dataclass(frozen=True, slots=True)
class ShortFrame:
    """What stands before and behind the words of a short form."""

    head: str
    tail: str


def short_frame(severity: int, stamp: Stamp) -> ShortFrame:
    """In the language of now: what it is, and at the end who warns, the code and the page."""
    head = _kind_words(severity, stamp)
    if stamp.replaces:
        head = _("%(kind)s of %(code)s") % {"kind": head, "code": halved_code(stamp.replaces)}
    return ShortFrame(f"{head}: ", f" {stamp.issuer}. {_code_and_page(stamp.code)}")


def _short_message(words: str, severity: int, stamp: Stamp) -> str:
    """For text messages; empty where nobody wrote it."""
    if not words:
        return ""
    frame = short_frame(severity, stamp)
    return f"{frame.head}{ended_sentence(words)}{frame.tail}"


def ended_sentence(words: str) -> str:
    """On one line, with a full stop where it has no end."""
    line = " ".join(words.split())
    return line if line.endswith((".", "!", "?", "…")) else f"{line}."


def _code_and_page(code: str) -> str:
    """The code, and where the whole text stands, to be typed: a preview has blanks as long."""
    shown = code or "_" * VERIFY_LENGTH
    return _("Code %(code)s. In full: %(page)s") % {
        "code": halved_code(shown),
        "page": _page_of(shown),
    }


def _page_of(code: str) -> str:
    """As short as people type it."""
    return f"{_host()}/w/{code}"


def _shown_code(code: str) -> str:
    # No made-up code in a preview: it would look like one that somebody can check.
    return halved_code(code) if code else _("[the code comes when it is approved and sent]")


def _host() -> str:
    """The site's name as people type it: a warning of false links asks nobody to tap one."""
    return settings.PUBLIC_URL.partition("://")[2]


def _kind_words(severity: int, stamp: Stamp) -> str:
    if stamp.replaces:
        return _("CORRECTION")
    if severity == PublicWarning.Severity.URGENT:
        return _("URGENT WARNING")
    return _("WARNING")


def _signature(content: WarningContent, stamp: Stamp) -> str:
    when = date_words(stamp.on)
    if content.valid_until is None:
        signed = f"{stamp.issuer}, {when}."
    else:
        signed = _("%(issuer)s, %(day)s. Valid until %(until)s.") % {
            "issuer": stamp.issuer,
            "day": when,
            "until": date_words(content.valid_until),
        }
    if not stamp.places:
        return signed
    return signed + " " + _("It holds in: %s.") % places_in_words(stamp.places)


def places_in_words(names: tuple[str, ...], most: int = MOST_PLACES) -> str:
    """The first of them, and how many others there are."""
    said, others = ", ".join(names[:most]), len(names) - most
    if others <= 0:
        return said
    return _("%(names)s and %(count)d other places") % {"names": said, "count": others}


def recall_messages(
    texts: Mapping[str, Mapping[str, str]],
    *,
    codes: list[str],
    reason: "str | _StrPromise",
    issuer: str,
    on: datetime.date | None = None,
) -> list[TextToSend]:
    """What takes a warning back, in the languages it went out in; today's.

    A reason that is a message of ours stands in each of these languages. The short form is a fixed
    sentence, since nobody has the time to write one.
    """
    day = date_words(on or times.local_date(times.now()))
    order = ["vi", *(language for language in texts if language != "vi")]
    found = []
    for language in order:
        with translation.override(language):
            head = _("TAKEN BACK: %s") % texts[language]["title"]
            lines = [
                head,
                _("The police have taken this warning back (code %(codes)s). Reason: %(reason)s")
                % {"codes": ", ".join(halved_code(code) for code in codes), "reason": str(reason)},
                _(
                    "Please do not pass the earlier message on. "
                    "If you posted it, delete it and post this."
                ),
                f"{issuer}, {day}.",
                _("To check this, type %(host)s yourself.") % {"host": _host()},
            ]
            short = _(
                "TAKEN BACK: warning %(codes)s. Do not pass it on; if you posted it, delete it."
            ) % {"codes": ", ".join(halved_code(code) for code in codes)}
            short += f" {issuer}. {_page_of(codes[-1])}" if codes else f" {issuer}."
            found.append(TextToSend(language, "\n".join(lines), subject=head, short=short))
    return found


def date_words(day: datetime.date) -> str:
    """24/11/2026, as both languages of the site write it."""
    return f"{day.day}/{day.month}/{day.year}"


def hash_of_texts(texts: list[TextToSend]) -> bytes:
    """The hash a recall's approval is bound to: of what is sent, language by language."""
    said = [[text.language, text.subject, text.text, text.short] for text in texts]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).digest()
