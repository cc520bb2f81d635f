"""The page behind the link of a call: one button, and no word of the tip."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from keng.decisions import link_answers
from keng.decisions.link_answers import LinkState


@require_http_methods(["GET", "HEAD", "POST"])
def call_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opening it does nothing, as programs open links of messages; a tap takes the tip on."""
    link = link_answers.call_link(token)
    if request.method == "POST":
        link_answers.tap(link)
        return redirect("call-link", token=token)
    context = {"link": link, "states": LinkState.__members__}
    return render(request, "inbox/call_link.html", context)
