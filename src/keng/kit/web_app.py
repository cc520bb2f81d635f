"""Each site as an app on a phone: its manifest, and the service worker that catches what is shared.

A message or a picture that another app shares comes as a POST. The service worker answers it in
the browser (static/keng/js/shared-worker.js); without one it gets to a page that reads none of it.
"""

import json
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.templatetags.static import static

ICON_SIZES = (192, 512)
_BRAND, _PAPER = "#0a5c6b", "#ffffff"


def manifest_response(
    *, name: str, description: str, start: str, shared_at: str, language: str
) -> HttpResponse:
    """What a browser installs the site by; `shared_at` is where other apps send what they share."""
    manifest: dict[str, Any] = {
        "id": "/",
        "name": name,
        "short_name": "Kẻng",
        "description": description,
        "lang": language,
        "start_url": start,
        "scope": "/",
        "display": "standalone",
        "theme_color": _BRAND,
        "background_color": _PAPER,
        "icons": [_icon(size) for size in ICON_SIZES],
        "share_target": {
            "action": shared_at,
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [{"name": "files", "accept": ["image/*"]}],
            },
        },
    }
    response = JsonResponse(manifest, json_dumps_params={"ensure_ascii": False})
    response.headers["Content-Type"] = "application/manifest+json; charset=utf-8"
    return response


def worker_response(script: str, *, shared_at: str, shared_page: str) -> HttpResponse:
    """The service worker of a site: it shows calls or warnings, and catches what is shared.

    One script at the root: it may only serve what lies beside or below it.
    """
    addresses = f"const SHARED_AT = {json.dumps(shared_at)};\n"
    addresses += f"const SHARED_PAGE = {json.dumps(shared_page)};\n"
    ours = ("shared-sweep.js", "shared-box.js", "shared-worker.js", script)
    parts = [_script(name) for name in ours]
    return HttpResponse(addresses + "\n".join(parts), content_type="text/javascript; charset=utf-8")


def _script(name: str) -> str:
    return Path(str(finders.find(f"keng/js/{name}"))).read_text()


def _icon(size: int) -> dict[str, str]:
    return {
        "src": static(f"keng/icons/app-{size}.png"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": "any maskable",
    }
