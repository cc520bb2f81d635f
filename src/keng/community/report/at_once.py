"""The whole report on one page, kept by nobody before it is sent.

For a network from which more reports were begun than drafts are kept for. A hostel, a factory or a
province behind one address is not to wait: the page itself holds what was typed, asks no second
question, and what it cannot place goes to the province, where somebody does.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from keng.community import drafts
from keng.community.drafts import MOST_WORDS, REPORT_COOKIE
from keng.community.promises import PROMISES
from keng.community.report.no_desk import needs_desk
from keng.community.report.recipient import COMMUNE, PROVINCE, UNSURE
from keng.community.report.send import send_report_at_once
from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.kit import codes, cookies
from keng.kit.forms import Form
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.rate_limits import client_mark
from keng.kit.urgency import Happening
from keng.places import serving
from keng.places.local_names import PlacedText, communes_in_texts
from keng.places.models import Place
from keng.tips import receipt_codes
from keng.tips.topics import TOPIC_NAMES


class AtOnceForm(Form):
    """What the steps ask one by one, but for files and a name: those come by the receipt."""

    text = forms.CharField(
        label=_("Tell it briefly, as to somebody you know"),
        help_text=_(
            "Who, what, when, and phone or plate numbers if there are any. Without accents is fine."
        ),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "required": _("Write at least one sentence"),
            "max_length": _(
                "This is too long: shorten it to 8,000 characters, or send the rest later."
            ),
        },
    )
    spot = forms.CharField(
        label=_("Where"),
        help_text=_("The ward or commune, and the exact spot. Empty if you do not know."),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    happening = forms.ChoiceField(choices=Happening.choices, required=False)
    money_moved = forms.BooleanField(
        label=_("I have sent money or read out an OTP code"), required=False
    )
    desk = forms.ChoiceField(
        choices=[
            (COMMUNE, _("The police of the ward or commune where it happened")),
            (PROVINCE, _("Straight to the province")),
        ],
    )
    topic = forms.ChoiceField(choices=list(TOPIC_NAMES.items()), required=False)
    token = forms.RegexField(r"^[\w-]{22}$")


@require_http_methods(["GET", "HEAD", "POST"])
@needs_desk
def report_at_once(request: HttpRequest) -> HttpResponse:
    """Send it, or show it again with what is missing or in another language."""
    if request.method != "POST":
        return redirect("report")
    if language := chosen_language(request):
        return answer_in_language(language, lambda: at_once_page(request, request.POST))
    form = AtOnceForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    token = _token_for(form.cleaned_data)
    send_report_at_once(
        _answers_of(form.cleaned_data),
        token,
        language=request.LANGUAGE_CODE,
        sender_mark=client_mark(request),
    )
    response = TIP_CODE_PAGE.lead_to(token) if _is_sender(request, token) else TIP_CODE_PAGE.ask()
    cookies.forget_cookies(response, REPORT_COOKIE)
    return response


def at_once_page(
    request: HttpRequest, typed: Mapping[str, Any], *, had_files: bool = False
) -> HttpResponse:
    """The page with what was typed so far, in whatever step."""
    where = (typed.get("q", ""), typed.get("spot", ""))
    initial = {
        **{name: typed.get(name, "") for name in ("text", "happening", "money_moved", "topic")},
        "spot": ", ".join(filter(None, where)),
        "desk": typed.get("desk") or COMMUNE,
        "token": typed.get("token") or receipt_codes.new_token(),
    }
    return _page(request, AtOnceForm(initial=initial), had_files=had_files)


def _page(request: HttpRequest, form: AtOnceForm, *, had_files: bool = False) -> HttpResponse:
    context = {
        "form": form,
        "had_files": had_files,
        "happenings": Happening.choices,
        "promises": PROMISES,
    }
    response = render(request, "community/report/at_once.html", context)
    if not request.COOKIES.get(REPORT_COOKIE):
        # By it the page is known from one that was sent again after Quick exit. No row has it.
        drafts.REPORT_DRAFTS.put_secret(response, REPORT_COOKIE, drafts.new_draft().secret)
    return response


def _is_sender(request: HttpRequest, token: str) -> bool:
    """Whether the form comes from the browser that wrote it: not after Quick exit."""
    shown = TIP_CODE_PAGE.secret_of(request) or ""
    return bool(request.COOKIES.get(REPORT_COOKIE)) or codes.is_of_same_form(shown, token)


def _token_for(answers: Mapping[str, Any]) -> str:
    told = ("text", "spot", "happening", "money_moved", "desk")
    return codes.token_for_answers(answers["token"], *(str(answers[name]) for name in told))


def _answers_of(said: Mapping[str, Any]) -> dict[str, Any]:
    place = _place_named(said["spot"])
    return {**said, "place": str(place.pk) if place else UNSURE}


def _place_named(words: str) -> Place | None:
    """The commune of the own province that these words name; None where one would have to guess."""
    province = serving.first_province_unit().province_code
    (named,) = communes_in_texts({words: PlacedText(words, province)}).values()
    if named.commune is None:
        return None
    return Place.objects.filter(code=named.commune, valid_to__isnull=True).first()
