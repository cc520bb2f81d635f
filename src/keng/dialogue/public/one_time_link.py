"""The link from a chat that shows the receipt code once, by a button: a preview uses nothing up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from keng.dialogue.public.code_page import TIP_CODE_PAGE, secret_of_link, sheet_of
from keng.dialogue.reporter import open_one_time_link
from keng.tips import receipt_codes


@require_http_methods(["GET", "HEAD", "POST"])
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """A button; after it the code, once. The page before the button is the same for any token.

    Pressed again on the same page, within the ten minutes, it leads to the same code.
    """
    if request.method != "POST":
        context = {"token": token, "sheet": receipt_codes.new_token()}
        return render(request, "dialogue/public/link.html", context)
    sheet = sheet_of(request)
    secret = secret_of_link(token, sheet)
    if not (sheet and open_one_time_link(token, secret=secret)):
        return render(request, "dialogue/public/link_used.html", status=410)
    return TIP_CODE_PAGE.lead_to(secret)
