"""Entering a receipt code, and closing the tip again."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from keng.dialogue.exchange_code import AlreadyExchanged, exchange_code, must_be_exchanged
from keng.dialogue.public import code_attempts
from keng.dialogue.public.code_page import OF_REPORT, sheet_of
from keng.dialogue.public.open_tip import Opened, close, open_tip
from keng.dialogue.public.status_page import WriteForm, page
from keng.kit.forms import Form
from keng.kit.phrases import moment_words
from keng.tips import receipt_codes


class CodeForm(Form):
    """The box for the code; it forgives case, spaces, hyphens and letters that look like digits."""

    code = forms.CharField(
        label=gettext_lazy("Receipt code"),
        max_length=60,
        strip=True,
        help_text=gettext_lazy(
            "16 letters and digits in four groups. Small letters are fine, hyphens or none too."
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
            return receipt_codes.cleaned(self.cleaned_data["code"])
        except receipt_codes.MalformedCode as found:
            raise forms.ValidationError(_malformed(found.length)) from None


@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Ask for the code; the right one opens its tip. The code never stands in an address."""
    if request.method != "POST":
        # Also while a tip is open: the next person with this phone finds a question, not the tip.
        return _ask(request, CodeForm())
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    code = form.cleaned_data["code"]
    tip_id = receipt_codes.tip_id_of(code)
    if tip_id is None:
        return _of_paper(request, form)
    if kept := request.POST.get("text"):
        return page(request, Opened(tip_id, code), WriteForm(initial={"text": kept}))
    response = redirect("status-tip")
    response.status_code = 303
    open_tip(response, code)
    return response


@require_POST
def exchange(request: HttpRequest) -> HttpResponse:
    """Exchange the code of a paper for one that this browser alone shows."""
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    sheet = sheet_of(request)
    if not sheet:
        return _of_paper(request, form)
    try:
        token = exchange_code(form.cleaned_data["code"], sheet=sheet)
    except AlreadyExchanged as error:
        return _exchanged(request, form, error)
    return OF_REPORT.lead_to(token) if token else _unknown(request, form)


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Close the tip in this browser, and its code with it."""
    response = OF_REPORT.close(request)
    close(response)
    return response


def not_open(request: HttpRequest) -> HttpResponse:
    """No tip is open here: ask for the code, and keep what was being written.

    Why is not said: its time may be over, or somebody left in a hurry and another looks now.
    """
    return _ask(request, CodeForm())


def _ask(request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "kept_text": request.POST.get("text", "")}
    return render(request, "dialogue/public/enter.html", context, status=status)


def _of_paper(request: HttpRequest, form: CodeForm) -> HttpResponse:
    """No receipt has this code; the question before it is exchanged, if it is that of a paper."""
    code = form.cleaned_data["code"]
    try:
        if not must_be_exchanged(code):
            return _unknown(request, form)
    except AlreadyExchanged as error:
        return _exchanged(request, form, error)
    context = {"code": code, "sheet": receipt_codes.new_token()}
    return render(request, "dialogue/public/exchange.html", context)


def _exchanged(request: HttpRequest, form: CodeForm, error: AlreadyExchanged) -> HttpResponse:
    """Since when the paper opens nothing, and whom to tell if somebody else did it."""
    words = _(
        "This code was exchanged for another one at %(at)s. If that was not you, somebody who saw "
        "this code reads your report: tell %(unit)s, which has it, or send a new report"
    )
    unit = ", ".join(part for part in (error.unit.name, error.unit.desk_phone) if part)
    form.add_error("code", words % {"at": moment_words(error.at), "unit": unit})
    return _ask(request, form)


def _unknown(request: HttpRequest, form: CodeForm) -> HttpResponse:
    """One answer for a code that never was and for one whose tip is gone."""
    wait = code_attempts.seconds_to_wait(request)
    if wait:
        words = _("Too many wrong codes. Wait %(count)d seconds, then try again")
        form.add_error("code", words % {"count": wait})
        response = _ask(request, form, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    form.add_error("code", _("There is no report with this code. Check each character"))
    return _ask(request, form)


def _malformed(length: int) -> str:
    if length == receipt_codes.LENGTH:
        return _("This code has a character that no code of ours has. The letter U is never in one")
    return _("A code has 16 letters and digits; this one has %(count)d") % {"count": length}
