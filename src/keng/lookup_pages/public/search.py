"""The box and its answers. By POST, so that what is asked stands in no address and no log."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from keng.kit import times
from keng.kit.forms import Form
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.rate_limits import ask_to_wait
from keng.language.category_names import label_for_reader
from keng.language.lookup_terms import LONGEST_QUESTION, lookup_terms_in
from keng.limits.shared import SharedLimit
from keng.lookup import queries
from keng.lookup.queries import LookupAnswer
from keng.lookup_pages.promises import PROMISES
from keng.places.models import Unit

EMERGENCY_NUMBERS = frozenset({"111", "113", "114", "115"})
# A whole street may share one address; whoever goes through all numbers is slowed to a crawl.
LOOKUPS_AT_ONCE, LOOKUP_PAUSE = 60, 2.0
ANSWERS = "lookup_pages/public/answers.html"
lookup_limit = SharedLimit("look-up", at_once=LOOKUPS_AT_ONCE, pause=LOOKUP_PAUSE)


class LookupForm(Form):
    """One box, no kind to choose."""

    q = forms.CharField(
        label=gettext_lazy("Look up a strange number"),
        max_length=LONGEST_QUESTION,
        help_text=gettext_lazy("Paste a phone number, an account, a link, or the whole message."),
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Paste the number, the link or the message"),
            "max_length": gettext_lazy("This is too long: paste the part with the number or link"),
        },
    )


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer with the words of its page."""

    answer: LookupAnswer
    how: str
    about_account: bool
    desk: str = ""
    """The police desk whose published telephone it is, where nothing else is known of it."""


@require_http_methods(["GET", "HEAD", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """The box; its answers stand in answer to a POST and nothing of the question is kept."""
    if request.method != "POST":
        return _box_page(request, LookupForm())
    typed = request.POST.get("q", "")
    if language := chosen_language(request):
        return answer_in_language(language, lambda: look_up(request, typed))
    return look_up(request, typed)


def look_up(
    request: HttpRequest,
    typed: str,
    *,
    passed_on: str | None = None,
    template: str = ANSWERS,
    **context: object,
) -> HttpResponse:
    """The answers to what was typed; the box with what is wrong with it.

    `passed_on`: what the page has of it, and hands on to a report, where that is less than what is
    looked up. `template`: another page of answers, which extends ours, with its `context`.
    """
    form = LookupForm({"q": typed if passed_on is None else passed_on})
    if not form.is_valid():
        return _box_page(request, form)
    text = form.cleaned_data["q"]
    asked = lookup_terms_in(typed)
    if not asked and text.strip() in EMERGENCY_NUMBERS:
        words = _(
            "%(number)s is an emergency number: police 113, fire 114, ambulance 115, children 111. "
            "Did it call you? The number on your screen can be faked: hang up and dial it yourself"
        )
        form.add_error("q", words % {"number": text.strip()})
        return _box_page(request, form)
    if not asked:
        form.add_error("q", _("We found no number and no link in it. Copy it once more"))
        return _box_page(request, form)
    if wait := lookup_limit.seconds_to_wait(request, weight=len(asked)):
        words = _("Many look-ups came from your network. Wait %(count)d seconds, then try again")
        form.add_error("q", words % {"count": wait})
        return ask_to_wait(_box_page(request, form), wait)
    context |= _context_of_answers(text, queries.lookup_answers(asked))
    response = render(request, template, context)
    # Nobody finds with the back button of a shared phone what another one asked about.
    response.headers["Cache-Control"] = "no-store"
    return response


def _context_of_answers(text: str, answers: list[LookupAnswer]) -> dict[str, object]:
    desks = _desks_by_number()
    shown = [
        AnswerView(
            each,
            label_for_reader(each.listing.category)
            if each.listing and each.listing.category
            else "",
            _indicator_type(each) == "bank_account",
            _desk_with_number(each, desks),
        )
        # What is known to be dangerous comes first, in whatever order it was written.
        for each in sorted(answers, key=_order_of_answer)
    ]
    unknown = [
        each
        for each in shown
        if each.answer.grade == queries.NO_DATA and not each.answer.taken_off and not each.desk
    ]
    several = unknown if len(unknown) > 1 else []
    return {
        "shown": shown,
        "cards": [each for each in shown if each not in several],
        "unknown": several,
        "text": text,
        "carried": _report_text(text, answers),
        "at": times.now(),
        "about_account": any(each.about_account for each in shown),
        "has_data": any(each.answer.listing for each in shown),
        "confirmed": any(each.answer.grade == queries.CONFIRMED for each in shown),
        "no_data": any(each.answer.grade == queries.NO_DATA and not each.desk for each in shown),
    }


def _order_of_answer(answer: LookupAnswer) -> int:
    """0 for what was confirmed, then what was reported, last what nothing is known of."""
    if answer.grade == queries.CONFIRMED:
        return 0
    return 2 if answer.grade == queries.NO_DATA else 1


def _desks_by_number() -> dict[str, str]:
    """Names of the desks by the digits of their telephones; of two with one, the first."""
    numbers = Unit.objects.exclude(desk_phone="").order_by("-id").values_list("desk_phone", "name")
    return {_digits(number): name for number, name in numbers}


def _desk_with_number(answer: LookupAnswer, desks: dict[str, str]) -> str:
    digits = _digits(answer.asked.shown)
    return desks.get(digits, "") if digits and answer.grade == queries.NO_DATA else ""


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _indicator_type(answer: LookupAnswer) -> str:
    """What it is taken for: what it is listed as, else what it looks like."""
    return answer.listing.indicator.type if answer.listing else answer.asked.type


def _box_page(request: HttpRequest, form: LookupForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "promises": PROMISES, "puzzle": lookup_limit.puzzle(request)}
    return render(request, "lookup_pages/public/box.html", context, status=status)


def _report_text(text: str, answers: list[LookupAnswer]) -> str:
    """What goes into a report: a message as it was pasted, a bare number with what it is."""
    if len(answers) > 1 or len(text.split()) > 6:
        return text
    return _("Strange number or link: %(what)s") % {"what": answers[0].asked.shown}


@require_safe
def lookup_record(request: HttpRequest) -> HttpResponse:
    """The public record of objections: what was decided, without names and without numbers."""
    return render(
        request, "lookup_pages/public/record.html", {"disputes": queries.decided_disputes()}
    )
