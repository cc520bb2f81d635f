"""The receipt: the code, and what happens next with times of the clock."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from keng.kit.languages import answer_in, chosen_language
from keng.tips import receipts
from keng.tips.promised import Receipt, receipt_of


def ticket(request: HttpRequest, receipt: Receipt, *, for_print: bool = False) -> HttpResponse:
    """The page with the code; made only in answer to a POST, so that the code is in no address."""
    template = "tips/public/receipt_print.html" if for_print else "tips/public/receipt.html"
    return render(request, template, {"receipt": receipt})


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """The receipt again, from the code that its own form sends; with "print", to be printed."""
    try:
        code = receipts.cleaned(request.POST.get("code", ""))
    except receipts.MalformedCode:
        return redirect("status")
    found = receipt_of(code)
    if found is None:
        return redirect("status")
    if language := chosen_language(request):
        return answer_in(language, lambda: ticket(request, found))
    return ticket(request, found, for_print="print" in request.POST)
