"""The poster: a warning on one sheet of A4, for the door of a boarding house or a notice board."""

from typing import TYPE_CHECKING

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.files.typeset import CannotPrint, LetterMissing
from keng.kit import qr
from keng.kit.languages import language_among
from keng.warnings import queries
from keng.warnings.content import choice_of
from keng.warnings.models import Version
from keng.warnings.outgoing_text import names_of_places, warning_url
from keng.warnings.poster_pdf import stored_poster
from keng.warnings.public.pages import standing_of_version, version_or_404, words_for_reader

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_AGAIN_AFTER_SECONDS = 60


@require_safe
def warning_poster(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet. A recalled, replaced or expired warning has none: it should hang nowhere."""
    version = _version_to_hang_up(code)
    address = warning_url(version.verify_code.code)
    context = {
        "version": version,
        "words": words_for_reader(version),
        "spoken": language_among(version.texts),
        "address": address,
        "places": names_of_places(choice_of(version)),
        "qr": qr.qr_data_address(address, border=2),
    }
    return render(request, "warnings/poster.html", context)


@require_safe
def warning_poster_pdf(request: HttpRequest, code: str) -> FileResponse | HttpResponse:
    """The same sheet as a file to print or to send to a copy shop; or why it is not there."""
    version = _version_to_hang_up(code)
    asked = request.GET.get("in", "vi")
    try:
        path = stored_poster(version, asked if asked in version.texts else "vi")
    except LetterMissing as error:
        words = _(
            "The file has no letter for “%(letters)s”. Open the poster as a page and print that."
        )
        return _refused_page(request, words % {"letters": error.letters}, status=409)
    except CannotPrint as error:
        answer = _refused_page(request, error.sentence, status=503)
        answer.headers["Retry-After"] = _AGAIN_AFTER_SECONDS
        return answer
    name = f"ban-in-{version.verify_code.code}.pdf"
    response = FileResponse(path.open("rb"), content_type="application/pdf", filename=name)
    response["Cache-Control"] = "public, max-age=300"
    return response


def _refused_page(
    request: HttpRequest, sentence: "str | _StrPromise", *, status: int
) -> HttpResponse:
    return render(request, "errors/refused.html", {"sentence": sentence}, status=status)


def _version_to_hang_up(code: str) -> Version:
    version = version_or_404(code)
    if standing_of_version(version, queries.published_versions_of(version.warning)[0]) != "current":
        raise Http404
    return version
