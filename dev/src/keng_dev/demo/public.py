"""The page with three simulated phones: a newcomer plays all the parts in one browser."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from keng.delivery.models import SandboxMessage
from keng.kit.database import data_folder
from keng_dev.demo import officer_phone, tour
from keng_dev.demo import phones as simulated
from keng_dev.demo.officer_number import USERNAME
from keng_dev.demo.people import PARTS

_LONGEST = 2000


def phones(request: HttpRequest) -> HttpResponse:
    """Three screens and where to type."""
    return _page(request)


@require_POST
def say(request: HttpRequest, key: str) -> HttpResponse:
    """What was typed on one phone goes out as that phone would send it."""
    text = request.POST.get("text", "").strip()[:_LONGEST]
    if key not in {"resident", "group"}:
        raise Http404
    if not text:
        return redirect("phones")
    try:
        simulated.say(key, text)
    except simulated.NotSent:
        return _page(request, unsent=key, text=text, status=503)
    return redirect("phones")


@require_POST
def close_tour(request: HttpRequest) -> HttpResponse:
    """Back to the phones, without the tour."""
    return tour.close(redirect("phones"), tour.PHONES)


def screen(request: HttpRequest, key: str) -> HttpResponse:
    """The messages of one phone, asked for again and again by the page."""
    for phone in simulated.phones():
        if phone.key == key:
            return render(request, "demo/screen.html", {"phone": phone})
    raise Http404


def officer(request: HttpRequest) -> HttpResponse:
    """The phone of an officer on a table: what calls them, and what they answer."""
    return render(request, "demo/officer.html", _officer_context())


def officer_screen(request: HttpRequest) -> HttpResponse:
    """What it shows now, asked for again and again by the page."""
    return render(request, "demo/officer_screen.html", _officer_context())


@require_POST
def officer_does(request: HttpRequest, what: str) -> HttpResponse:
    """Answer, decline, press 1, or write 1 in the chat."""
    try:
        if what == "reply":
            officer_phone.reply_in_chat("1")
        elif what in {"answer", "decline", "press"}:
            officer_phone.do_with_call(request.POST.get("call", "")[:80], what)
        else:
            raise Http404
    except officer_phone.PhoneIsAway:
        return render(request, "demo/officer.html", _officer_context(), status=503)
    return redirect("officer-phone")


def _officer_context() -> dict[str, object]:
    try:
        shown: object = officer_phone.phone_screen()
    except officer_phone.PhoneIsAway:
        shown = None
    return {
        "screen": shown,
        "holder": next(part.name for part in PARTS if part.username == USERNAME),
        "desk_url": settings.DESK_URL,
    }


def picture(request: HttpRequest, pk: str) -> HttpResponse:
    """The picture of a simulated message."""
    found = SandboxMessage.objects.filter(pk=pk).exclude(image_path="").first()
    path = data_folder() / found.image_path if found else None
    if path is None or not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/png")


def _page(
    request: HttpRequest, unsent: str = "", text: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "phones": simulated.phones(),
        "unsent": unsent,
        "unsent_text": text,
        "desk_url": settings.DESK_URL,
        "tour": tour.beside_the_phones(request),
    }
    return render(request, "demo/phones.html", context, status=status)
