"""This device as a pager: the browser's subscription, and the script that shows a call."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.channels.ssrf import UrlRefused
from keng.channels.web_push import NotASubscription, PushSubscription
from keng.delivery.push_account import push_settings
from keng.duty import pager_acts
from keng.duty.pager_desk import ask_for_code
from keng.kit.web_app import worker_response

_PARTS = ("endpoint", "p256dh", "auth")
_BROWSERS = ("Edg", "Firefox", "Chrome", "Safari")
_DEVICES = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@require_POST
def pager_device(request: SignedInRequest) -> HttpResponse:
    """Keep what the browser gave, if it leads to a push service that we know."""
    given = [request.POST.get(name, "") for name in _PARTS]
    try:
        found = PushSubscription.from_parts(*given)
        found.target(push_settings())
    except (NotASubscription, UrlRefused):
        return HttpResponseBadRequest()
    fields = dict(zip(_PARTS, given, strict=True))
    heading = _("Call me on this device")
    if page := ask_for_code(request, heading=heading, fields=fields):
        return page
    pager_acts.add_device_pager(found, _device(request), by=request.officer)
    messages.success(request, _("Added. Test it now: only a test shows that it wakes you."))
    return redirect("pagers")


@require_GET
def push_worker(request: SignedInRequest) -> HttpResponse:
    """The script that shows a call, and catches what another app shares with the desk."""
    at = reverse("take-down-shared")
    return worker_response("sw.js", shared_at=at, shared_page=at)


def _device(request: SignedInRequest) -> str:
    """What the officer recognises it by: browser and system, no more."""
    said = request.headers.get("User-Agent", "")
    browser = next((name for name in _BROWSERS if name in said), "")
    device = next((name for name in _DEVICES if name in said), "")
    return ", ".join(filter(None, [browser.replace("Edg", "Edge"), device])) or _("a browser")
