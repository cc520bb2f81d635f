"""What a reporter does on the status page."""

from collections.abc import Callable
from contextlib import suppress

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.decisions import meant_for_unit, out_of_scope
from keng.dialogue import reporter, withdrawal
from keng.dialogue.public.code_entry import no_tip_open
from keng.dialogue.public.code_page import TIP_CODE_PAGE, sheet_of
from keng.dialogue.public.open_tip import (
    OpenedTip,
    close_tip_in_browser,
    keep_tip_open,
    tip_open_in_browser,
)
from keng.dialogue.public.stages import is_closed_for_reporter
from keng.dialogue.public.status_page import (
    FILES_HAD_PARAMETER,
    ReporterMessageForm,
    new_code_page,
    status_page,
    withdrawal_page,
)
from keng.dialogue.replaced_codes import replace_code
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.rate_limits import RateLimits, client_mark, network_of_request
from keng.kit.uploads import takes_files
from keng.public_log.serving import proof_of_report
from keng.tips import concerns
from keng.tips.errors import AlreadyClosed, CannotSeal
from keng.tips.gravity import calls_for_help
from keng.tips.models import Tip

# More than anybody tells one by one; then one more in half a minute, as the page says. A provider's
# network has many people behind it.
limits_by_tip = RateLimits(network=(20, 1 / 30))
limits_by_network = RateLimits(network=(120, 1 / 5))


@takes_files()
@require_http_methods(["GET", "HEAD", "POST"])
def status_tip(request: HttpRequest) -> HttpResponse:
    """The tip that this browser has open."""
    opened = tip_open_in_browser(request)
    if opened is None:
        return no_tip_open(request)
    if request.method != "POST":
        return status_page(request, opened, ReporterMessageForm())
    if language := chosen_language(request):
        if "taking-back" in request.POST:
            return answer_in_language(language, lambda: withdrawal_page(request, opened))
        if "new-code" in request.POST:
            return answer_in_language(language, lambda: new_code_page(request, opened))
        typed = ReporterMessageForm(initial={"text": request.POST.get("text", "")})
        return answer_in_language(language, lambda: status_page(request, opened, typed))
    try:
        return _do_wish(request, opened)
    except AlreadyClosed:
        return _answer_not_taken(request, opened)


def _do_wish(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    wish = request.POST.get("wish", "")
    if answer := _ANSWERS.get(wish):
        return answer(request, opened)
    if wish == "take-back":
        withdrawal.withdraw_tip(opened.tip_id)
    elif wish == "afraid":
        reporter.note_fear(opened.tip_id)
    elif wish in ("chat-shows-words", "chat-shows-none"):
        reporter.choose_what_chat_shows(opened.tip_id, shows_words=wish == "chat-shows-words")
    elif wish == "for-unit":
        meant_for_unit.say_meant_for_unit(opened.tip_id)
    elif wish == "object":
        with suppress(out_of_scope.CannotObject):
            out_of_scope.object_to_sealing(opened.tip_id)
    else:
        return _write_message(request, opened)
    return _back_to_status(opened)


def _replace_code(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    sheet = sheet_of(request)
    token = replace_code(opened.tip_id, opened.code, sheet=sheet) if sheet else None
    if token is None:
        return new_code_page(request, opened)
    response = TIP_CODE_PAGE.lead_to(token)
    close_tip_in_browser(response)
    return response


def _answer_proof(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    """A file that says when the report came in, for whoever presses for it; it is kept nowhere."""
    proof = proof_of_report(opened.tip_id)
    if proof is None:
        words = _("There is no proof of this report yet. Ask again in half an hour.")
        return status_page(request, opened, ReporterMessageForm(), not_taken=words)
    response = HttpResponse(proof, content_type="text/plain; charset=utf-8")
    # A name that says nothing to whoever looks into the phone.
    response["Content-Disposition"] = 'attachment; filename="tep.tlog-proof"'
    return response


# Wishes that are answered by something else than the page of the report.
_ANSWERS: dict[str, Callable[[HttpRequest, OpenedTip], HttpResponse]] = {
    "withdraw": withdrawal_page,
    "new-code": new_code_page,
    "replace-code": _replace_code,
    "prove": _answer_proof,
}


def _write_message(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    form = ReporterMessageForm(_with_pressed_answer(request.POST), request.FILES)
    try:
        if not form.is_valid() and not _is_danger_with_refused_files(form):
            return status_page(request, opened, form)
        text, is_meant = form.cleaned_data["text"], "meant" in request.POST
        attached = form.cleaned_data.get("attached", [])
        files = [(file.read(), file.content_type) for file in attached]
        # Danger never waits for a question, nor for a report that can take it.
        token = reporter.open_tip_for_danger(
            opened.tip_id,
            text=text,
            files=files,
            is_meant_for_unit=is_meant,
            sender_mark=client_mark(request),
            sheet=sheet_of(request),
        )
        if token is not None:
            return TIP_CODE_PAGE.lead_to(token)
        if not is_meant and (unit := _unit_that_would_read(opened, form)):
            return status_page(request, opened, form, would_read=unit)
        if _must_wait(request, opened, form):
            return _answer_wait(request, opened)
        had = reporter.add_reporter_message(
            opened.tip_id, text=text, files=files, sender_mark=client_mark(request)
        )
    except CannotSeal:
        words = _("This site cannot seal files and phone numbers yet. Send words without them.")
        form.add_error(None, words)
        return status_page(request, opened, form)
    if form.errors:
        return status_page(request, opened, ReporterMessageForm(), not_taken=_refused_files(form))
    return _back_to_status(opened, had=had)


def _with_pressed_answer(posted: QueryDict) -> QueryDict:
    """What was sent, with the answer of a button on a line before what was typed."""
    if "answer" not in posted:
        return posted
    said = posted.copy()
    answer, typed = posted.get("answer", ""), posted.get("text", "").strip()
    said["text"] = f"{answer}\n{typed}" if typed else answer
    return said


def _is_danger_with_refused_files(form: ReporterMessageForm) -> bool:
    """A file that cannot be taken keeps no words of danger back."""
    return set(form.errors) == {"attached"} and calls_for_help(form.cleaned_data["text"])


def _refused_files(form: ReporterMessageForm) -> str:
    refused = " ".join(map(str, form.errors["attached"]))
    return _("Your words have arrived, the files have not: %(why)s") % {"why": refused}


def _must_wait(request: HttpRequest, opened: OpenedTip, form: ReporterMessageForm) -> bool:
    """Whether too much came at once on this report or from this network. Danger never waits."""
    if calls_for_help(form.cleaned_data["text"]):
        return False
    wait = limits_by_tip.wait(str(opened.tip_id))
    return bool(wait or limits_by_network.wait(network_of_request(request)))


def _unit_that_would_read(opened: OpenedTip, form: ReporterMessageForm) -> str:
    """The unit that would read words about its own officers; "" when there is nothing to ask.

    Nor is there after the end, when no such words are taken.
    """
    tip = Tip.objects.select_related("responsible_unit").get(pk=opened.tip_id)
    unit = concerns.unit_that_would_read(tip, form.cleaned_data["text"]) if tip.is_open else None
    return str(unit or "")


def _answer_not_taken(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    """The report has ended just now: what was typed stays on the page, and is not dropped.

    As long as the end may be taken back it is not told; a little later it is known.
    """
    text, has_files = request.POST.get("text", ""), bool(request.FILES)
    tip = Tip.objects.get(pk=opened.tip_id)
    if tip.withdrawn_at or (is_closed_for_reporter(tip) and not (text.strip() or has_files)):
        return _back_to_status(opened)
    if is_closed_for_reporter(tip):
        words = _("Not sent: this report is closed. Put it into a new report.")
    else:
        return _answer_wait(request, opened)
    return status_page(
        request, opened, ReporterMessageForm(initial={"text": text}), not_taken=words
    )


def _answer_wait(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    words = _("Not sent yet. Please send it again in half a minute.")
    words += f" {_('Choose the files again then.')}" if request.FILES else ""
    typed = ReporterMessageForm(initial={"text": request.POST.get("text", "")})
    return status_page(request, opened, typed, not_taken=words)


def _back_to_status(opened: OpenedTip, *, had: int = 0) -> HttpResponse:
    response = redirect(
        f"{reverse('status-tip')}?{FILES_HAD_PARAMETER}={had}" if had else "status-tip"
    )
    response.status_code = 303
    keep_tip_open(response, opened)
    return response
