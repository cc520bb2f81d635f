"""A message that an officer's phone shares with the desk: on its way to the page that covers it.

The service worker catches it (keng.kit.web_app); it waits sealed in the browser, and the page of
chat messages opens it once the officer is signed in and the screen is open.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from keng.kit.unread_bodies import reads_no_body
from keng.kit.web_app import manifest_response


# Another app has no token. Nothing of what it sends is read here.
@reads_no_body
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def take_down_shared(request: HttpRequest) -> HttpResponse:
    """Without a word of what was shared, and for nobody in particular: it leads on."""
    return render(request, "intake/desk/take_shared.html")


@require_safe
def desk_manifest(request: HttpRequest) -> HttpResponse:
    """What the desk is installed by on an officer's phone."""
    return manifest_response(
        name=_("Kẻng, the desk"),
        description=_("The desk of Kẻng, for officers."),
        start="/",
        shared_at=reverse("take-down-shared"),
        language="vi",
    )
