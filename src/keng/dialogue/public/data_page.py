"""What is kept about the reporter of the open report, and what they ask of it, under its code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.consent.given import consents_of_tip
from keng.data_requests.asking import ask_by_receipt
from keng.data_requests.errors import AskedAlready, NobodyAnswers
from keng.data_requests.for_reporter import requests_for_reporter
from keng.data_requests.request_forms import AskDataForm
from keng.dialogue.public.code_entry import no_tip_open
from keng.dialogue.public.open_tip import OpenedTip, keep_tip_open, tip_open_in_browser
from keng.kit.languages import answer_in_language, chosen_language
from keng.tips.errors import CannotSeal
from keng.tips.models import Tip


@require_http_methods(["GET", "HEAD", "POST"])
def status_data(request: HttpRequest) -> HttpResponse:
    """What is kept, what was agreed to, what was asked and answered; and the form that asks."""
    opened = tip_open_in_browser(request)
    if opened is None:
        return no_tip_open(request)
    tip = Tip.objects.get(pk=opened.tip_id)
    if tip.withdrawn_at or tip.purged_at:
        return redirect("status-tip")
    if request.method != "POST":
        return _data_page(request, opened, tip, AskDataForm())
    if language := chosen_language(request):
        kept = {name: request.POST.get(name, "") for name in ("kind", "words")}
        typed = AskDataForm(initial=kept)
        return answer_in_language(language, lambda: _data_page(request, opened, tip, typed))
    form = AskDataForm(request.POST)
    if not form.is_valid():
        return _data_page(request, opened, tip, form)
    try:
        ask_by_receipt(tip.pk, kind=form.cleaned_data["kind"], words=form.cleaned_data["words"])
    except (AskedAlready, NobodyAnswers) as error:
        form.add_error(None, str(error.sentence))
        return _data_page(request, opened, tip, form)
    except CannotSeal:
        form.add_error("words", _("This site cannot seal names yet. Write without them."))
        return _data_page(request, opened, tip, form)
    response = redirect("status-data")
    response.status_code = 303
    keep_tip_open(response, opened)
    return response


def _data_page(
    request: HttpRequest, opened: OpenedTip, tip: Tip, form: AskDataForm
) -> HttpResponse:
    context = {
        "tip": tip,
        "tail": opened.tail,
        "form": form,
        "requests": requests_for_reporter(tip.pk),
        "consents": consents_of_tip(tip),
        "files": tip.attachments.count(),
        "messages_count": tip.messages.shown_to_reporter().count(),
    }
    status = 422 if form.errors else 200
    response = render(request, "dialogue/public/data.html", context, status=status)
    keep_tip_open(response, opened)
    return response
