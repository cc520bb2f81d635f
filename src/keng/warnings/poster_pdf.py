"""The poster as a file: one sheet of A4 in the largest letters that leave room for all of it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from keng.files.typeset import turn_to_typeset, typeset
from keng.kit import qr, times
from keng.kit.codes import halved_code
from keng.kit.share_cards import stored_file
from keng.warnings import part_names
from keng.warnings.content import CONSEQUENCE, choice_of
from keng.warnings.models import Version
from keng.warnings.models import Warning as PublicWarning
from keng.warnings.outgoing_text import date_words, names_of_places, warning_url

# A public page: whoever comes while others are made is told so, and holds no thread of the site.
WAIT_SECONDS = 3.0
_PARTS = ("what", CONSEQUENCE, "signs", "act", "call")


def stored_poster(version: Version, language: str) -> Path:
    """The file of a version in one of its languages, made once.

    Raises typeset.CannotPrint, also where others are made for longer than WAIT_SECONDS.
    """
    folder = Path(settings.DATA_FOLDER)
    name = f"cards/{version.verify_code.code}.{language}.pdf"
    if not (folder / name).is_file():
        # Of several first readers one makes it; the others find it when their turn comes.
        with turn_to_typeset(WAIT_SECONDS):
            stored_file(folder, name, lambda: _poster(version, language))
    return folder / name


def _poster(version: Version, language: str) -> bytes:
    with translation.override(language):
        return typeset(
            "poster", poster_content(version, language), at=version.released_at or times.now()
        )


def poster_content(version: Version, language: str) -> dict[str, Any]:
    """Everything that stands on it, as poster.typ reads it."""
    words, code = version.texts[language], version.verify_code.code
    address, host = warning_url(code), settings.PUBLIC_URL.partition("://")[2]
    labels = part_names.part_headings(version.category)
    until = version.valid_until
    return {
        "language": language,
        "title": words["title"],
        "issuer": f"Kẻng · {version.warning.unit.name}",
        "urgent": _("Urgent") if version.severity == PublicWarning.Severity.URGENT else "",
        "places": ", ".join(names_of_places(choice_of(version))),
        "parts": [
            {"label": labels[name], "words": words[name], "act": name == "act"}
            for name in _PARTS
            if words.get(name)
        ],
        "qr": qr.qr_svg(address),
        "qr_alt": _("QR code of %(address)s") % {"address": address},
        "private": _(
            "Do you know more? Tell the police privately: no name, no account, "
            "not through your landlord."
        )
        + f" {host}",
        "check": _("Is this sheet real? Code %(code)s at %(host)s.")
        % {"code": halved_code(code), "host": host},
        "until": _("Take it down after %(day)s.") % {"day": date_words(until)} if until else "",
    }
