"""Entering a code, whatever it is of, and closing the tip again."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keng.dialogue.exchange_code import AlreadyExchanged, exchange_code, must_be_exchanged
from keng.dialogue.public.code_attempts import refuse_code
from keng.dialogue.public.code_doors import lead_to_code_door
from keng.dialogue.public.code_page import TIP_CODE_PAGE, sheet_of
from keng.dialogue.public.open_tip import (
    OpenedTip,
    close_tip_in_browser,
    open_tip_in_browser,
    tip_open_in_browser,
)
from keng.dialogue.public.status_page import ReporterMessageForm, status_page
from keng.dialogue.replaced_codes import closed_code, dispute_code
from keng.kit.forms import Form
from keng.kit.rate_limits import ask_to_wait
from keng.tips import receipt_codes


class ReceiptCodeForm(Form):
    """The box for the code; it forgives case, spaces, hyphens and letters that look like digits.

    A sentence with one code in it is taken, too: people paste the whole message.
    """

    code = forms.CharField(
        label=gettext_lazy("Receipt code"),
        max_length=receipt_codes.LONGEST_TYPED,
        strip=True,
        help_text=gettext_lazy(
            "Of a tip, a question or an objection. 16 letters and digits in four groups; capital "
            "or small letters, with hyphens or without."
        ),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": gettext_lazy("Write the code that is on your receipt")},
    )

    def clean_code(self) -> str:
        """The code as it is stored nowhere: cleaned."""
        try:
            return receipt_codes.code_in_sentence(self.cleaned_data["code"])
        except receipt_codes.MalformedCode as found:
            raise forms.ValidationError(_malformed_sentence(found.length)) from None


@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one opens what it is of. The code never stands in an address."""
    if request.method != "POST":
        # Also while a tip is open: the next person with this phone finds a question, not the tip.
        return ask_for_code(request, ReceiptCodeForm())
    form = ReceiptCodeForm(request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    code = form.cleaned_data["code"]
    tip_id = receipt_codes.tip_id_of_code(code)
    if tip_id is None:
        return (
            _closed_code_page(request, code)
            or lead_to_code_door(code)
            or _answer_paper_code(request, form)
        )
    if kept := request.POST.get("text"):
        return status_page(
            request, OpenedTip(tip_id, code), ReporterMessageForm(initial={"text": kept})
        )
    response = redirect("status-tip")
    response.status_code = 303
    open_tip_in_browser(response, code)
    return response


@require_POST
def status_exchange(request: HttpRequest) -> HttpResponse:
    """Exchange the code of a paper for one that this browser alone shows."""
    form = ReceiptCodeForm(request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    sheet = sheet_of(request)
    if not sheet:
        return _answer_paper_code(request, form)
    try:
        token = exchange_code(form.cleaned_data["code"], sheet=sheet)
    except AlreadyExchanged as error:
        return _answer_exchanged_code(request, form, error)
    return TIP_CODE_PAGE.lead_to(token) if token else answer_unknown_code(request, form)


@require_POST
def status_not_me(request: HttpRequest) -> HttpResponse:
    """Say that the code was not replaced by whoever holds this one: then no code opens it.

    It is that of the open report where none was typed: no page of a report holds its code.
    """
    opened = tip_open_in_browser(request) if "code" not in request.POST else None
    form = ReceiptCodeForm({"code": opened.code} if opened else request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    code = form.cleaned_data["code"]
    if not dispute_code(code):
        return answer_unknown_code(request, form)
    response = _closed_code_page(request, code) or no_tip_open(request)
    close_tip_in_browser(response)
    return response


@require_POST
def status_close(request: HttpRequest) -> HttpResponse:
    """Close the tip in this browser, and its code with it."""
    response = TIP_CODE_PAGE.close(request)
    close_tip_in_browser(response)
    return response


def no_tip_open(request: HttpRequest) -> HttpResponse:
    """No tip is open here: ask for the code, and keep what was being written.

    Why is not said: its time may be over, or somebody left in a hurry and another looks now.
    """
    return ask_for_code(request, ReceiptCodeForm())


def ask_for_code(request: HttpRequest, form: ReceiptCodeForm, *, status: int = 200) -> HttpResponse:
    """The box, with what is wrong in the form."""
    context = {"form": form, "kept_text": request.POST.get("text", "")}
    return render(request, "dialogue/public/enter.html", context, status=status)


def _closed_code_page(request: HttpRequest, code: str) -> HttpResponse | None:
    """What is to be said of a code that opens nothing any more; None for every other one."""
    closed = closed_code(code)
    if closed is None:
        return None
    context = {"closed": closed, "code": code}
    return render(request, "dialogue/public/code_closed.html", context)


def _answer_paper_code(request: HttpRequest, form: ReceiptCodeForm) -> HttpResponse:
    """No receipt has this code; the question before it is exchanged, if it is that of a paper."""
    code = form.cleaned_data["code"]
    try:
        if not must_be_exchanged(code):
            return answer_unknown_code(request, form)
    except AlreadyExchanged as error:
        return _answer_exchanged_code(request, form, error)
    context = {"code": code, "sheet": receipt_codes.new_token()}
    return render(request, "dialogue/public/exchange.html", context)


def _answer_exchanged_code(
    request: HttpRequest, form: ReceiptCodeForm, error: AlreadyExchanged
) -> HttpResponse:
    form.add_error("code", str(error.sentence))
    return ask_for_code(request, form)


def answer_unknown_code(request: HttpRequest, form: ReceiptCodeForm) -> HttpResponse:
    """One answer for a code that never was and for one of which nothing is left."""
    unknown = _("There is nothing here with this code. Check each character")
    wait = refuse_code(request, form, unknown)
    return ask_to_wait(ask_for_code(request, form), wait)


def _malformed_sentence(length: int) -> str:
    if length == receipt_codes.CODE_LENGTH:
        return _("This code has a character that no code of ours has. The letter U is never in one")
    return _("A code has 16 letters and digits; this one has %(count)d") % {"count": length}
