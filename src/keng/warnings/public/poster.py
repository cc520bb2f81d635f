"""A warning on one sheet of A4, for the door of a boarding house or the notice board."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.warnings import queries
from keng.warnings.public.pages import found_by, spoken_of, standing_of, words_of
from keng.warnings.wording import url_of


@require_safe
def poster(request: HttpRequest, code: str) -> HttpResponse:
    """The sheet. A recalled, replaced or expired warning has none: it should hang nowhere."""
    import segno  # noqa: PLC0415 -- only to draw

    version = found_by(code)
    if standing_of(version, queries.published_of(version.warning)[0]) != "current":
        raise Http404
    address = url_of(version.verify_code.code)
    context = {
        "version": version, "words": words_of(version), "spoken": spoken_of(version),
        "address": address,
        "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=2, light="#fff"),
    }  # fmt: skip
    return render(request, "warnings/poster.html", context)
