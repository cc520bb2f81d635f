"""The link from a chat that shows the receipt code once, by a button: a preview uses nothing up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from keng.tips import receipts
from keng.tips.actions.reporter import use_link
from keng.tips.promised import receipt_of
from keng.tips.public.receipt import ticket


@require_http_methods(["GET", "HEAD", "POST"])
def once(request: HttpRequest, token: str) -> HttpResponse:
    """A button; after it the code, once. The page before the button is the same for any token."""
    if request.method != "POST":
        return render(request, "tips/public/link.html", {"token": token})
    if not use_link(token):
        return render(request, "tips/public/link_used.html", status=410)
    found = receipt_of(receipts.code_from(token))
    if found is None:
        return render(request, "tips/public/link_used.html", status=410)
    return ticket(request, found)
