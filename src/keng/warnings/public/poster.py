"""The poster: a warning on one sheet of A4, for the door of a boarding house or a notice board."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.kit import qr
from keng.kit.languages import language_among
from keng.warnings import queries
from keng.warnings.content import choice_of
from keng.warnings.outgoing_text import names_of_places, warning_url
from keng.warnings.public.pages import standing_of_version, version_or_404, words_for_reader


@require_safe
def warning_poster(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet. A recalled, replaced or expired warning has none: it should hang nowhere."""
    version = version_or_404(code)
    if standing_of_version(version, queries.published_versions_of(version.warning)[0]) != "current":
        raise Http404
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
