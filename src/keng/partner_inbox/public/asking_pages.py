"""Writing to a partner, and reading with the code what it answers."""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.models import Partner
from keng.acts.errors import Refused
from keng.dialogue.public.code_entry import ReceiptCodeForm, answer_unknown_code, ask_for_code
from keng.dialogue.public.code_page import MATTER_CODE_PAGE
from keng.kit.codes import token_for_answers
from keng.kit.rate_limits import ask_to_wait
from keng.limits.shared import SharedLimit
from keng.partner_inbox import asker_acts, queries
from keng.partner_inbox.forms import AskPartnerForm, ConsentForm, MatterWordsForm
from keng.partner_inbox.models import InboxMatter, InboxMessage
from keng.partner_inbox.passing_on import tells_of_danger
from keng.partner_inbox.report_codes import report_code, reports_of_asker
from keng.partner_inbox.seals import matter_key_of_asker
from keng.tips import receipt_codes

# Each is read by a person: so many from one network, then one after each pause.
asking_limit = SharedLimit("partner inbox", at_once=20, pause=150.0)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The box, with 113 and the rule before it; once sent, the code for the answer."""
    partner = get_object_or_404(Partner.objects.active().select_related("place"), pk=pk)
    inbox = queries.open_inbox_of(partner)
    if inbox is None and request.method != "POST":
        raise Http404
    form = AskPartnerForm(request.POST if request.method == "POST" else None)
    is_whole = form.is_bound and form.is_valid()
    if is_whole and form.cleaned_data["about_them"] == "yes":
        return _lead_elsewhere(request, partner, form.cleaned_data["text"])
    # Nobody in danger is asked to wait.
    is_counted = is_whole and not tells_of_danger(form.cleaned_data["text"])
    wait = asking_limit.seconds_to_wait(request) if is_counted else 0
    if wait:
        form.add_error("text", _("Many messages came from your network. Try again later."))
    elif is_whole:
        text = form.cleaned_data["text"]
        token = token_for_answers(form.cleaned_data["token"], "partner inbox", str(pk), text)
        try:
            asker_acts.ask_partner(partner, text=text, token=token, language=request.LANGUAGE_CODE)
        except Refused as error:
            form.add_error("text", str(error.sentence))
        else:
            return MATTER_CODE_PAGE.lead_to(token)
    token = request.POST.get("token", "") if form.is_bound and "token" not in form.errors else ""
    context = {
        "form": form,
        "partner": partner,
        "inbox": inbox,
        "token": token or receipt_codes.new_token(),
        "puzzle": asking_limit.puzzle(request),
    }
    status = 422 if form.errors else 200
    return ask_to_wait(render(request, "partner_inbox/ask.html", context, status=status), wait)


def _lead_elsewhere(request: HttpRequest, partner: Partner, text: str) -> HttpResponse:
    """It is about the partner: nothing is kept here, and the words are given back to be copied."""
    context = {
        "partner": partner,
        "text": text,
        "elsewhere": queries.inboxes_elsewhere(partner),
        "is_danger": tells_of_danger(text),
    }
    return render(request, "partner_inbox/elsewhere.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_asked(request: HttpRequest) -> HttpResponse:
    """The code, for ten minutes, to the browser that asked; its button posts here."""
    if request.method == "POST":
        return MATTER_CODE_PAGE.close(request)
    allowed = MATTER_CODE_PAGE.token_of(request)
    if allowed is None:
        return MATTER_CODE_PAGE.ask()
    code = receipt_codes.code_from_token(allowed[0])
    matter = queries.matter_of_code(code)
    if matter is None:
        return MATTER_CODE_PAGE.ask()
    context = {
        "matter": matter,
        "partner": queries.partner_of(matter.inbox),
        "code": receipt_codes.grouped_code(code),
        "shown_until": allowed[1],
    }
    return render(request, "partner_inbox/asked.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_answer(request: HttpRequest) -> HttpResponse:
    """What was answered; the code stands in no address."""
    if request.method != "POST":
        return redirect("status")
    code = _code_of(request)
    if isinstance(code, HttpResponse):
        return code
    return _matter_page(request, code)


@require_POST
def partner_answer_write(request: HttpRequest) -> HttpResponse:
    """The asker writes once more."""
    code = _code_of(request)
    if isinstance(code, HttpResponse):
        return code
    form = MatterWordsForm(request.POST)
    if form.is_valid():
        # Nobody in danger is asked to wait.
        is_counted = not tells_of_danger(form.cleaned_data["text"])
        wait = asking_limit.seconds_to_wait(request) if is_counted else 0
        if wait:
            form.add_error("text", _("Many messages came from your network. Try again later."))
            return ask_to_wait(_matter_page(request, code, words=form), wait)
        try:
            asker_acts.write_to_partner(code, text=form.cleaned_data["text"])
        except Refused as error:
            form.add_error("text", str(error.sentence))
    return _matter_page(request, code, words=form if form.errors else None)


@require_POST
def partner_answer_consent(request: HttpRequest) -> HttpResponse:
    """Yes or no to passing it to the police."""
    code = _code_of(request)
    if isinstance(code, HttpResponse):
        return code
    form = ConsentForm(request.POST)
    if form.is_valid():
        try:
            asker_acts.answer_consent(
                code, agrees=request.POST.get("do") == "yes", contact=form.cleaned_data
            )
        except Refused as error:
            form.add_error(None, str(error.sentence))
    return _matter_page(request, code, consent=form if form.errors else None)


@require_POST
def partner_answer_withdraw(request: HttpRequest) -> HttpResponse:
    """Everything of it is destroyed at once."""
    code = _code_of(request)
    if isinstance(code, HttpResponse):
        return code
    codes = asker_acts.withdraw_matter(code)
    context = {"report_codes": [receipt_codes.grouped_code(one) for one in codes]}
    return render(request, "partner_inbox/withdrawn.html", context)


def _code_of(request: HttpRequest) -> str | HttpResponse:
    """The code of a matter that was sent; or the page that asks for one."""
    form = ReceiptCodeForm(request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    code: str = form.cleaned_data["code"]
    return code if queries.has_matter(code) else answer_unknown_code(request, form)


def _matter_page(
    request: HttpRequest,
    code: str,
    *,
    words: MatterWordsForm | None = None,
    consent: ConsentForm | None = None,
) -> HttpResponse:
    matter = queries.matter_of_code(code)
    if matter is None:
        return redirect("status")
    messages = queries.opened_messages(matter, matter_key_of_asker(matter, code))
    partner = queries.partner_of(matter.inbox)
    asks = InboxMatter.Consent.ASKED
    context = {
        "matter": matter,
        "partner": partner,
        "code": code,
        "messages": messages,
        "asker": InboxMessage.Author.ASKER,
        "form": words or MatterWordsForm(),
        "consent": consent or ConsentForm(),
        "asks_consent": matter.consent == asks and not matter.is_passed_on,
        "report_codes": _report_codes(matter, code, messages),
        "writes_anew": queries.open_inbox_of(partner) is not None,
    }
    status = 422 if (words and words.errors) or (consent and consent.errors) else 200
    return render(request, "partner_inbox/answer.html", context, status=status)


def _report_codes(matter: InboxMatter, code: str, messages: list[InboxMessage]) -> list[str]:
    """Of what the police got; the first one is shown also if it opens nothing any more."""
    if not matter.is_passed_on:
        return []
    later = reports_of_asker(code, queries.of_asker(messages))
    return [receipt_codes.grouped_code(one) for one in {report_code(code): None} | later]
