"""The receipt: the code, and what happens next with times of the clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.tips import receipt_codes
from keng.tips.printed_receipt import receipt_of_code


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
    return render(request, template, {"receipt": found, "shown_until": allowed[1]})
