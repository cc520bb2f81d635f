"""The form of whoever has no receipt. Its answer is the same whoever asks and whatever is kept."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.data_requests import asking
from keng.data_requests.promises import PROMISES
from keng.data_requests.request_forms import AskWithoutReceiptForm
from keng.kit import codes
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.rate_limits import ask_to_wait
from keng.limits.shared import SharedLimit

# Each is read by a person: so many from one network, then one in five minutes.
data_request_limit = SharedLimit("data request", at_once=10, pause=300.0)


@require_http_methods(["GET", "HEAD", "POST"])
def your_data(request: HttpRequest) -> HttpResponse:
    """The form; after it the number by which one speaks of the request at the office."""
    if request.method != "POST":
        return _form_page(request, _unsent_form(request))
    if language := chosen_language(request):
        return answer_in_language(language, lambda: _form_page(request, _unsent_form(request)))
    form = AskWithoutReceiptForm(request.POST)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if wait := data_request_limit.seconds_to_wait(request):
        form.add_error(None, _("Several requests came from your network. Try again later."))
        return ask_to_wait(_form_page(request, form), wait)
    context = {"asked": asking.ask_by_form(**form.cleaned_data), "promises": PROMISES}
    return _never_stored(render(request, "data_requests/public/sent.html", context))


def _unsent_form(request: HttpRequest) -> AskWithoutReceiptForm:
    """What was typed so far, unchecked: the language was switched, or nothing was typed yet."""
    kept = {name: request.POST.get(name, "") for name in ("kind", "words", "about_number")}
    token = request.POST.get("token") or codes.new_token()
    return AskWithoutReceiptForm(initial=kept | {"token": token})


def _form_page(
    request: HttpRequest, form: AskWithoutReceiptForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "puzzle": data_request_limit.puzzle(request), "promises": PROMISES}
    return _never_stored(render(request, "data_requests/public/ask.html", context, status=status))


def _never_stored(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
