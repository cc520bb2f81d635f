"""Whoever is listed objects without an account, gets a code, and reads the answer with it."""

import hashlib

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keng.dialogue.public.code_entry import ReceiptCodeForm, answer_unknown_code, ask_for_code
from keng.dialogue.public.code_page import OBJECTION_CODE_PAGE
from keng.files.openable import why_not_openable
from keng.kit import codes
from keng.kit.form_not_taken import typed_texts
from keng.kit.forms import Form, HintedChoice, ManyFiles, ManyFilesInput
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.rate_limits import ask_to_wait
from keng.kit.safe_text import as_dialled, defang
from keng.kit.uploads import DamagedUpload, SealedUpload, takes_files
from keng.limits.shared import SharedLimit
from keng.lookup import queries
from keng.lookup.actions import disputes
from keng.lookup.errors import NotListed
from keng.lookup.models import Dispute, Listing
from keng.lookup_pages import dispute_pictures as actions

# Each objection is read by a person: so many from one network, then one in ten minutes.
objection_limit = SharedLimit("objection", at_once=10, pause=300.0)


class ObjectionForm(Form):
    """Why, and what shows it. The number is not asked again."""

    hash = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    token = forms.RegexField(r"^[\w-]{20,30}$", widget=forms.HiddenInput)
    reason = HintedChoice(
        label=gettext_lazy("What is wrong with the entry?"),
        choices=Dispute.Reason.choices,
        hints={
            Dispute.Reason.RECYCLED: gettext_lazy("For example a new SIM with an old number."),
            Dispute.Reason.SPOOFED: gettext_lazy("People are called with it, but not by you."),
        },
        error_messages={"required": gettext_lazy("Choose what is wrong")},
    )
    text = forms.CharField(
        label=gettext_lazy("Tell us what shows it"),
        max_length=disputes.LONGEST_OBJECTION,
        help_text=gettext_lazy(
            "Since when you have the number, what it is used for, which bill or paper shows it. "
            "Do not write your name or the number of your identity card."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "required": gettext_lazy("Write what shows that the entry is wrong"),
            "max_length": gettext_lazy("This is too long: 3,000 characters at most"),
        },
    )
    attached = ManyFiles(
        label=gettext_lazy("Pictures that show it"),
        required=False,
        # Which of them is empty is said below, with what helps.
        allow_empty_file=True,
        widget=ManyFilesInput(attrs={"accept": "image/*"}),
        help_text=gettext_lazy(
            "At most 3 pictures of 20 MB each, for instance of a bill. Cover names and the number "
            "of your identity card first. Place and device are taken out before anything is kept."
        ),
    )

    def pictures(self) -> list[bytes]:
        """What was sent; what is in the way is said on the form, and nothing is kept of it."""
        sent = [file for file in self.cleaned_data["attached"] if isinstance(file, SealedUpload)]
        if len(sent) > actions.MOST_PICTURES:
            self.add_error("attached", _("Three pictures are the most. Choose them again."))
        found = []
        for file in sent:
            if file.is_too_large:
                words = _("%(name)s is larger than 20 MB. Choose the pictures again.")
                self.add_error("attached", words % {"name": file.name})
            elif not file.size:
                self.add_error("attached", why_not_openable(file))
            elif not self.errors:
                found.append(_read_picture(file, self))
        return found

    def refuse(self, number: int) -> None:
        """One of the files is no picture."""
        words = _(
            "%(name)s is no picture that can be shown here: JPEG, PNG, WEBP and HEIC can. Take a "
            "screenshot of it and choose the pictures again."
        )
        self.add_error("attached", words % {"name": self.cleaned_data["attached"][number].name})


@takes_files()
@require_http_methods(["GET", "HEAD", "POST"])
def lookup_object(request: HttpRequest) -> HttpResponse:
    """The questions, and after them the code. Which entry it is about travels in the form alone."""
    if request.method != "POST":
        return redirect("lookup")
    return _handle_objection(request)


def _handle_objection(request: HttpRequest) -> HttpResponse:
    listing = queries.public_listing(request.POST.get("hash", ""))
    if listing is None and "text" not in request.POST:
        return _gone_page(request)
    if language := chosen_language(request):
        return answer_in_language(
            language, lambda: _objection_page(request, listing, _unsent_form(request))
        )
    if "text" not in request.POST:
        return _objection_page(request, listing, _unsent_form(request))
    form = ObjectionForm(request.POST, request.FILES)
    pictures = form.pictures() if form.is_valid() else []
    if form.errors:
        return _objection_page(request, listing, form)
    if wait := objection_limit.seconds_to_wait(request):
        form.add_error(None, _("Several objections came from your network. Try again later."))
        return ask_to_wait(_objection_page(request, listing, form), wait)
    given = form.cleaned_data
    shown = (hashlib.sha256(picture).hexdigest() for picture in pictures)
    token = codes.token_for_answers(given["token"], given["reason"], given["text"], *shown)
    try:
        actions.object_with_pictures(
            given["hash"],
            reason=given["reason"],
            text=given["text"],
            token=token,
            pictures=pictures,
        )
    except NotListed:
        return _gone_page(request)
    except actions.NoPicture as found:
        form.refuse(found.number)
        return _objection_page(request, listing, form)
    return OBJECTION_CODE_PAGE.lead_to(token)


@require_http_methods(["GET", "HEAD", "POST"])
def lookup_objected(request: HttpRequest) -> HttpResponse:
    """The code, for ten minutes, to the browser that objected; its button posts here."""
    if request.method == "POST":
        return OBJECTION_CODE_PAGE.close(request)
    allowed = OBJECTION_CODE_PAGE.token_of(request)
    if allowed is None:
        return OBJECTION_CODE_PAGE.ask()
    code = disputes.dispute_code_of(allowed[0])
    dispute = queries.dispute_by_code(code)
    if dispute is None:
        return OBJECTION_CODE_PAGE.ask()
    context = {"dispute": dispute, "grouped": codes.grouped_code(code), "shown_until": allowed[1]}
    return _never_stored(render(request, "lookup_pages/public/objected.html", context))


@require_http_methods(["GET", "HEAD", "POST"])
def lookup_answer(request: HttpRequest) -> HttpResponse:
    """Where an objection stands. The code never stands in an address."""
    if request.method != "POST":
        return redirect("status")
    form = ReceiptCodeForm(request.POST)
    if not form.is_valid():
        return ask_for_code(request, form)
    dispute = queries.dispute_by_code(form.cleaned_data["code"])
    if dispute is None:
        return answer_unknown_code(request, form)
    show = {
        "dispute": dispute,
        "code": form.cleaned_data["code"],
        "not_shown": actions.count_pictures_not_shown(dispute),
    }
    if language := chosen_language(request):
        return answer_in_language(language, lambda: _answer_page(request, show))
    return _answer_page(request, show)


def _read_picture(file: SealedUpload, form: Form) -> bytes:
    try:
        return bytes(file.read())
    except (DamagedUpload, FileNotFoundError):
        words = _("%(name)s did not arrive whole. Choose the pictures again.")
        form.add_error("attached", words % {"name": file.name})
        return b""


def _answer_page(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    return _never_stored(render(request, "lookup_pages/public/answer.html", context))


def _unsent_form(request: HttpRequest) -> ObjectionForm:
    """What was typed so far, unchecked: the language was switched, or nothing was typed yet."""
    kept = {name: request.POST.get(name, "") for name in ("hash", "reason", "text")}
    return ObjectionForm(initial=kept | {"token": request.POST.get("token") or codes.new_token()})


def _objection_page(
    request: HttpRequest, listing: Listing | None, form: ObjectionForm, status: int = 200
) -> HttpResponse:
    what = defang(as_dialled(listing.indicator.value)) if listing else ""
    context = {
        "form": form,
        "listing": listing,
        "what": what,
        "days": settings.DISPUTE_DAYS,
        "puzzle": objection_limit.puzzle(request),
    }
    return _never_stored(render(request, "lookup_pages/public/object.html", context, status=status))


def _gone_page(request: HttpRequest) -> HttpResponse:
    context = {"typed": typed_texts(request)}
    return render(request, "lookup_pages/public/gone.html", context, status=410)


def _never_stored(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
