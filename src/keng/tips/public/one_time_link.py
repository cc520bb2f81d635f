"""The link from a chat that shows the receipt code once, by a button: a preview uses nothing up."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from keng.tips import receipts
from keng.tips.actions.reporter import use_link
from keng.tips.public.shown import OF_REPORT, is_sheet, secret_of_link


@require_http_methods(["GET", "HEAD", "POST"])
def once(request: HttpRequest, token: str) -> HttpResponse:
    """A button; after it the code, once. The page before the button is the same for any token.

    Pressed again on the same page, within the ten minutes, it leads to the same code.
    """
    if request.method != "POST":
        context = {"token": token, "sheet": receipts.new_token()}
        return render(request, "tips/public/link.html", context)
    sheet = request.POST.get("sheet", "")
    secret = secret_of_link(token, sheet)
    if not (is_sheet(sheet) and use_link(token, secret=secret)):
        return render(request, "tips/public/link_used.html", status=410)
    return OF_REPORT.lead_to(secret)
