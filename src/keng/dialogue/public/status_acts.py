"""What a reporter does on the status page."""

from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.decisions import meant_for_unit, out_of_scope
from keng.dialogue import reporter, withdrawal
from keng.dialogue.public.code_entry import not_open
from keng.dialogue.public.code_page import OF_REPORT, sheet_of
from keng.dialogue.public.open_tip import Opened, opened_by, stay_open
from keng.dialogue.public.stages import is_over
from keng.dialogue.public.status_page import HAD, WriteForm, page, page_before_taking_back
from keng.kit.languages import answer_in, chosen_language
from keng.kit.limits import Limits, network_around
from keng.kit.slowing import address_of, mark_of
from keng.kit.uploads import takes_files
from keng.tips import concerns
from keng.tips.errors import AlreadyClosed, CannotSeal
from keng.tips.gravity import calls_for_help
from keng.tips.models import Tip

_NO_LIMIT = (1_000_000, 1_000_000.0)
# More than anybody tells one by one; then one more in half a minute, as the page says. A provider's
# network has many people behind it.
on_report = Limits(network=(20, 1 / 30), process=_NO_LIMIT)
from_network = Limits(network=(120, 1 / 5), process=_NO_LIMIT)


@takes_files()
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """The tip that this browser has open."""
    opened = opened_by(request)
    if opened is None:
        return not_open(request)
    if request.method != "POST":
        return page(request, opened, WriteForm())
    if language := chosen_language(request):
        if "taking-back" in request.POST:
            return answer_in(language, lambda: page_before_taking_back(request, opened))
        typed = WriteForm(initial={"text": request.POST.get("text", "")})
        return answer_in(language, lambda: page(request, opened, typed))
    try:
        return _act(request, opened)
    except AlreadyClosed:
        return _not_taken(request, opened)


def _act(request: HttpRequest, opened: Opened) -> HttpResponse:
    wish = request.POST.get("wish", "")
    if wish == "withdraw":
        return page_before_taking_back(request, opened)
    if wish == "take-back":
        withdrawal.withdraw(opened.tip_id)
    elif wish == "afraid":
        reporter.fear(opened.tip_id)
    elif wish == "for-unit":
        meant_for_unit.say_meant_for_unit(opened.tip_id)
    elif wish == "object":
        with suppress(out_of_scope.CannotObject):
            out_of_scope.object_to(opened.tip_id)
    else:
        return _write(request, opened)
    return _again(opened)


def _write(request: HttpRequest, opened: Opened) -> HttpResponse:
    form = WriteForm(request.POST, request.FILES)
    try:
        if not form.is_valid():
            return page(request, opened, form)
        text, is_meant = form.cleaned_data["text"], "meant" in request.POST
        files = [(file.read(), file.content_type) for file in form.cleaned_data["attached"]]
        # Danger never waits for a question, nor for a report that can take it.
        token = reporter.begin_anew(
            opened.tip_id,
            text=text,
            files=files,
            is_meant_for_unit=is_meant,
            sender_mark=mark_of(request),
            sheet=sheet_of(request),
        )
        if token is not None:
            return OF_REPORT.lead_to(token)
        if not is_meant and (unit := _about(opened, form)):
            return page(request, opened, form, would_read=unit)
        if _must_wait(request, opened, form):
            return _not_yet(request, opened)
        had = reporter.write(opened.tip_id, text=text, files=files, sender_mark=mark_of(request))
    except CannotSeal:
        words = _("This site cannot seal files and phone numbers yet. Send words without them.")
        form.add_error(None, words)
        return page(request, opened, form)
    return _again(opened, had=had)


def _must_wait(request: HttpRequest, opened: Opened, form: WriteForm) -> bool:
    """Whether too much came at once on this report or from this network. Danger never waits."""
    if calls_for_help(form.cleaned_data["text"]):
        return False
    network = network_around(address_of(request))
    return bool(on_report.wait(str(opened.tip_id)) or from_network.wait(network))


def _about(opened: Opened, form: WriteForm) -> str:
    """The unit that would read words about its own officers; "" when there is nothing to ask."""
    tip = Tip.objects.select_related("responsible_unit").get(pk=opened.tip_id)
    return str(concerns.unit_that_would_read(tip, form.cleaned_data["text"]) or "")


def _not_taken(request: HttpRequest, opened: Opened) -> HttpResponse:
    """The report has ended just now: what was typed stays on the page, and is not dropped.

    As long as the end may be taken back it is not told; a little later it is known.
    """
    text, has_files = request.POST.get("text", ""), bool(request.FILES)
    tip = Tip.objects.get(pk=opened.tip_id)
    if tip.withdrawn_at or (is_over(tip) and not (text.strip() or has_files)):
        return _again(opened)
    if is_over(tip):
        words = _("Not sent: this report is closed. Put it into a new report.")
    else:
        return _not_yet(request, opened)
    return page(request, opened, WriteForm(initial={"text": text}), not_taken=words)


def _not_yet(request: HttpRequest, opened: Opened) -> HttpResponse:
    words = _("Not sent yet. Please send it again in half a minute.")
    words += f" {_('Choose the files again then.')}" if request.FILES else ""
    typed = WriteForm(initial={"text": request.POST.get("text", "")})
    return page(request, opened, typed, not_taken=words)


def _again(opened: Opened, *, had: int = 0) -> HttpResponse:
    response = redirect(f"{reverse('status-tip')}?{HAD}={had}" if had else "status-tip")
    response.status_code = 303
    stay_open(response, opened)
    return response
