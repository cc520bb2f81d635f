"""The public log on the public site: files for programs, the same for everybody."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from keng.merkle.tiles import TileAddress
from keng.public_log.serving import served_checkpoint, served_note, tile_content

_FOR_EVER = "public, max-age=31536000, immutable"
_SHORTLY = "public, max-age=5"


@require_safe
def log_checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest signed size and root, with the cosignatures of the witnesses."""
    checkpoint = served_checkpoint()
    if checkpoint is None:
        raise Http404
    response = HttpResponse(served_note(checkpoint), content_type="text/plain; charset=utf-8")
    return _for_everybody(response, _SHORTLY)


@require_safe
def log_tile(request: HttpRequest, path: str) -> HttpResponse:
    """Hashes of the tree, or leaves; what a tile once held, it holds for ever."""
    try:
        content = tile_content(TileAddress.read(path))
    except ValueError:
        content = None
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/octet-stream")
    return _for_everybody(response, _FOR_EVER)


def _for_everybody(response: HttpResponse, kept: str) -> HttpResponse:
    response["Cache-Control"] = kept
    # Pages of others may check it too.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
