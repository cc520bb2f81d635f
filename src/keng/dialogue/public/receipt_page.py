"""The receipt: the code, and what happens next with times of the clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.tips import receipt_codes
from keng.tips.printed_receipt import receipt_of_code

# In the address where it was sent as a question, which was too urgent to stay one.
ASKED_FIRST = "asked"


@require_http_methods(["GET", "HEAD", "POST"])
def receipt(request: HttpRequest) -> HttpResponse:
    """The receipt, for ten minutes, to the browser that sent the report; its button posts here."""
    if request.method == "POST":
        return TIP_CODE_PAGE.close(request)
    return _receipt(request, "dialogue/public/receipt.html")


@require_safe
def receipt_print(request: HttpRequest) -> HttpResponse:
    """The same, to be printed."""
    return _receipt(request, "dialogue/public/receipt_print.html")


def _receipt(request: HttpRequest, template: str) -> HttpResponse:
    allowed = TIP_CODE_PAGE.token_of(request)
    found = receipt_of_code(receipt_codes.code_from_token(allowed[0])) if allowed else None
    if allowed is None or found is None:
        return TIP_CODE_PAGE.ask()
    context = {
        "receipt": found,
        "shown_until": allowed[1],
        "asked_first": ASKED_FIRST in request.GET,
    }
    return render(request, template, context)
