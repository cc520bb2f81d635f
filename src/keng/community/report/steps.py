"""The order of the questions, and one browser's report during one request."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from keng.community import drafts
from keng.community.drafts import MOST_WORDS, REPORT_COOKIE
from keng.community.promises import PROMISES
from keng.community.report import begin_limit
from keng.community.report.at_once import at_once_page
from keng.community.report.no_desk import needs_desk
from keng.community.report.recipient import Recipient, recipient_of
from keng.dialogue.public.code_page import TIP_CODE_PAGE
from keng.files.openable import why_not_openable
from keng.kit import cookies
from keng.kit.browser_drafts import on_newest_draft
from keng.kit.exit_mark import has_left
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.uploads import DamagedUpload, SealedUpload, why_no_room
from keng.tips.unread_files import refuse_beyond_share

STEPS = {
    "who-gets": gettext_lazy("Who gets it"),
    "what": gettext_lazy("What it is about"),
    "where": gettext_lazy("Where"),
    "describe": gettext_lazy("In your words"),
    "name": gettext_lazy("About you"),
}
CHECK_STEP = "check"
# The buttons that delete what was begun, and that lead back with what was typed.
ANEW_BUTTON, BACK_BUTTON = "anew", "back"
# And the one that shows what is kept; the address of that page names the step to come back to.
PRIVACY_BUTTON, FROM_STEP = "privacy", "from"
# There one writes or chooses something before a button is pressed.
_TYPED_STEPS = ("where", "describe", "name")
MOST_FILES = 5
# Words that are too long are kept so that they can be shortened, up to here.
LONGEST_KEPT = 20_000
# And never more than the longest report needs: a letter has up to four bytes.
MOST_KEPT_BYTES = 4 * MOST_WORDS
_LONGEST_LINE = 1000
# Of a request that is worked on again: how its question was answered when it came.
_ANSWER_BEFORE = "answer_before"
_LONGEST_CHOICE = 200

StepView = Callable[[HttpRequest], HttpResponse]
StepForm = TypeVar("StepForm", bound=forms.Form)


class TooManyBegun(Exception):
    """No draft is kept for this network any more: the report is written on one page."""


class ReportJourney:
    """What this browser has answered, and where it goes from here."""

    def __init__(self, request: HttpRequest, step: str) -> None:
        self.request = request
        self.step = step
        secret = request.COOKIES.get(REPORT_COOKIE, "")
        found = drafts.load_draft(secret)
        self.was_open = found is not None
        # The browser comes with a report that is not here any more: sent, or too old; or it answers
        # a later question, and its cookie has ended with the report.
        answers_later = request.method == "POST" and step != next(iter(STEPS))
        self.is_lost = found is None and (bool(secret) or answers_later)
        self.draft = found or drafts.new_draft()
        self.answers = self.draft.answers
        self.refused: list[str] = []
        self._beyond_five: list[str] = []
        self._is_counted = self.was_open

    @property
    def done(self) -> list[str]:
        """The steps that have a valid answer."""
        steps: list[str] = self.answers.setdefault("done", [])
        return steps

    @property
    def next_step(self) -> str:
        """The first question without an answer, or the check page."""
        return next((step for step in STEPS if step not in self.done), CHECK_STEP)

    @property
    def back_url(self) -> str:
        """Where "Back" leads: to the check page from a single change, else one step back."""
        if self.step != CHECK_STEP and self.next_step == CHECK_STEP:
            return step_url(CHECK_STEP)
        steps = [*STEPS, CHECK_STEP]
        at = steps.index(self.step)
        return step_url(steps[at - 1]) if at else reverse("home")

    @property
    def back_keeps(self) -> bool:
        """Whether "Back" is a button that keeps what is typed: from a single change it is not."""
        return self.step in _TYPED_STEPS and self.next_step != CHECK_STEP

    @property
    def is_typed(self) -> bool:
        """Whether this question has something that leaving the page would lose."""
        return self.step in _TYPED_STEPS

    def recipient(self) -> Recipient | None:
        """Who will read it."""
        return recipient_of(self.answers)

    def is_answered_since(self, form_class: type[forms.Form]) -> bool:
        """Whether another request answered this very question while this one was worked on.

        That one came later, so its answer stays. Called each time the request is worked on.
        """
        now = {name: self.answers.get(name) for name in form_class.base_fields}
        before = getattr(self.request, _ANSWER_BEFORE, now)
        setattr(self.request, _ANSWER_BEFORE, now)
        return self.was_open and now != before

    def keep_answers(self, values: dict[str, Any]) -> HttpResponse:
        """Keep valid answers and go to the next question."""
        self.answers |= values
        if self.step not in self.done:
            self.done.append(self.step)
        # Said until the next answer: the script that sends reads the page before it is shown.
        self.answers["lost"] = self.is_lost
        return self.go_to(self.next_step)

    def begin_anew(self, answers: dict[str, Any]) -> None:
        """Forget what this browser has begun, files too, and start with these answers.

        Not counted: only whoever has the link of a team gets here.
        """
        self._is_counted = True
        drafts.drop_draft(self.draft.secret)
        self.draft = drafts.new_draft()
        self.answers = self.draft.answers
        self.answers |= answers

    def take_files(self) -> None:
        """Put uploads beside the answers, within the limits; note what was refused."""
        for file in self.request.FILES.getlist("attached"):
            if isinstance(file, SealedUpload):
                self._take_file(file)
        if self._beyond_five:
            words = _("Five files are the most. Not kept: %(names)s.")
            self.refused.append(words % {"names": ", ".join(self._beyond_five)})

    def _take_file(self, file: SealedUpload) -> None:
        refuse_beyond_share(file)
        if file.is_too_large:
            self.refused.append(_("%(name)s is larger than 20 MB.") % {"name": file.name})
        elif (words := why_no_room(file)) or (words := why_not_openable(file)):
            self.refused.append(words)
        elif self._has_already(file):
            # Sent again since the answer was lost on a slow net, or by a second tap.
            return
        elif len(self.draft.files) >= MOST_FILES:
            self._beyond_five.append(file.name or "")
        else:
            self.draft.files.append(file)

    def _has_already(self, file: SealedUpload) -> bool:
        """Whether the same bytes lie with this report; read only where the size is the same."""
        as_large = [kept for kept in self.draft.files if kept.size == file.size]
        try:
            return bool(as_large) and file.read() in (kept.read() for kept in as_large)
        except (DamagedUpload, FileNotFoundError):
            return False

    def keep_unchecked(self, form: forms.Form) -> None:
        """Keep what was typed so far, valid or not; the question stays open."""
        for name, field in form.fields.items():
            if not isinstance(field, forms.FileField):
                value = field.widget.value_from_datadict(form.data, form.files, name)
                self.answers[name] = "" if value is None else _cut_value(value, field)
        if self.step in self.done:
            self.done.remove(self.step)

    def ask_again(self) -> HttpResponse:
        """Show the same question again, with what is kept by now."""
        return self.go_to(self.step)

    def go_back(self, form: forms.Form) -> HttpResponse:
        """The question before; this one stays open with what was typed."""
        self.keep_unchecked(form)
        steps = list(STEPS)
        return self.go_to(steps[max(steps.index(self.step) - 1, 0)])

    def leave_open(self, form: forms.Form) -> HttpResponse | None:
        """What a button that answers nothing shows; what was typed is kept. None for an answer."""
        if language := chosen_language(self.request):
            return self.switch_language(form, language)
        if self.is_typed and BACK_BUTTON in self.request.POST:
            return self.go_back(form)
        if self.is_typed and PRIVACY_BUTTON in self.request.POST:
            return self.show_privacy(form)
        return None

    def show_privacy(self, form: forms.Form) -> HttpResponse:
        """What is kept, read in between: this question stays open with what was typed."""
        self.keep_unchecked(form)
        response = HttpResponseRedirect(f"{reverse('privacy')}?{FROM_STEP}={self.step}")
        response.status_code = 303
        self._save(response)
        return response

    def switch_language(self, form: forms.Form, language: str) -> HttpResponse:
        """Show the same question in the other language, with everything that was typed."""
        self.keep_unchecked(form)
        response = self.ask_again()
        cookies.put_language_cookie(response, language)
        return response

    def question_page(self, form: forms.Form, **context: Any) -> HttpResponse:
        """The question as a page; what was sent with mistakes is kept all the same."""
        is_kept = self.request.method == "POST" and self.step in STEPS
        if is_kept:
            self.keep_unchecked(form)
        was_lost = self.answers.get("lost", False) if self.was_open else self.is_lost
        names = list(STEPS)
        response = render(
            self.request,
            f"community/report/{self.step.replace('-', '_')}.html",
            {
                "form": form,
                "report": self,
                "answers": self.answers,
                "back_url": self.back_url,
                "step": names.index(self.step) + 1 if self.step in STEPS else 0,
                "steps": len(names),
                "step_name": STEPS.get(self.step, ""),
                "recipient": self.recipient(),
                "anonymous": self.answers.get("wish") != "sealed",
                "was_lost": was_lost,
                "promises": PROMISES,
                "goes_on_at": self._goes_on_at(),
                **context,
            },
        )
        if is_kept:
            self._save(response)
        elif self.is_lost:
            cookies.forget_cookies(response, REPORT_COOKIE)
        return response

    def _goes_on_at(self) -> str:
        """Where a report goes on that this browser began and left; "" while it is being written.

        Who comes to the first question from elsewhere is asked: it may be another person.
        """
        is_first = self.step == next(iter(STEPS)) and self.request.method != "POST"
        if not (is_first and self.was_open and self.done):
            return ""
        return "" if self._came_from().startswith(reverse("report")) else step_url(self.next_step)

    def _came_from(self) -> str:
        """The page before; whatever else the header holds is elsewhere."""
        with suppress(ValueError):
            return urlsplit(self.request.headers.get("Referer", "")).path
        return ""

    def drop_and_begin(self) -> HttpResponse:
        """Delete what was begun, files too, and ask the first question."""
        drafts.drop_draft(self.draft.secret)
        response = HttpResponseRedirect(step_url(next(iter(STEPS))))
        response.status_code = 303
        cookies.forget_cookies(response, REPORT_COOKIE)
        return response

    def gone_page(self) -> HttpResponse:
        """A later step without a report: it was sent, or its time is over.

        After quick exit "Back" comes here, too: the calendar, and no address of a report.
        """
        if has_left(self.request) and not self.request.COOKIES.get(REPORT_COOKIE):
            return redirect("calendar")
        context = {
            "was_lost": self.is_lost,
            "shows_code": TIP_CODE_PAGE.token_of(self.request) is not None,
        }
        response = render(self.request, "community/report/gone.html", context, status=410)
        cookies.forget_cookies(response, REPORT_COOKIE)
        return response

    def go_to(self, step: str) -> HttpResponse:
        """Keep everything and show a step."""
        response = HttpResponseRedirect(step_url(step))
        response.status_code = 303
        return self.kept_with(response)

    def kept_with(self, response: HttpResponse) -> HttpResponse:
        """Keep everything and give this answer. Raises TooManyBegun."""
        self._save(response)
        return response

    def add_words(self, words: str) -> None:
        """Put words behind those that are here, once however often they come."""
        written = self.answers.get("text", "")
        if words and words not in written:
            together = f"{written}\n\n{words}" if written else words
            self.answers["text"] = together[:MOST_WORDS]

    def write_at_once(self, typed: forms.Form) -> HttpResponse:
        """The whole report on one page, with what was typed; nothing of it is kept here."""
        self.keep_unchecked(typed)
        for file in self.draft.files:
            file.discard()
        language = chosen_language(self.request)
        page = partial(at_once_page, self.request, self.answers, had_files=bool(self.draft.files))
        return answer_in_language(language, page) if language else page()

    def _save(self, response: HttpResponse) -> None:
        """Raises TooManyBegun, for a report that is not here yet."""
        if not self._is_counted:
            if not begin_limit.has_room_for_draft(self.request):
                raise TooManyBegun
            self._is_counted = True
        drafts.save_draft(self.draft)
        drafts.REPORT_DRAFTS.put_secret(response, REPORT_COOKIE, self.draft.secret)


def report_step(
    name: str, form_class: type[StepForm]
) -> Callable[[Callable[[ReportJourney, StepForm], HttpResponse]], StepView]:
    """A question: opens the report, switches the language, and hands on the form."""

    def decorate(view: Callable[[ReportJourney, StepForm], HttpResponse]) -> StepView:
        @require_http_methods(["GET", "HEAD", "POST"])
        @on_newest_draft
        @wraps(view)
        def wrapped(request: HttpRequest) -> HttpResponse:
            report = ReportJourney(request, name)
            is_late = report.is_answered_since(form_class)
            if request.method != "POST":
                if name != next(iter(STEPS)) and not report.was_open:
                    return report.gone_page()
                return view(report, form_class(initial=report.answers))
            if ANEW_BUTTON in request.POST:
                return report.drop_and_begin()
            report.take_files()
            if is_late:
                return report.go_to(report.next_step)
            form = form_class(request.POST)
            try:
                return report.leave_open(form) or view(report, form)
            except TooManyBegun:
                return report.write_at_once(form)

        return needs_desk(wrapped)

    return decorate


def _cut_value(value: Any, field: forms.Field) -> Any:
    """What was typed into a field, and not without end."""
    longest = getattr(field, "max_length", None) or _LONGEST_CHOICE
    if longest > _LONGEST_LINE:
        longest = LONGEST_KEPT
    return cut_to_longest(value, longest) if isinstance(value, str) else value


def cut_to_longest(words: str, longest: int = LONGEST_KEPT) -> str:
    """As much of what was typed as a draft keeps."""
    return words[:longest].encode()[:MOST_KEPT_BYTES].decode(errors="ignore")


def step_url(step: str) -> str:
    """The address of a step."""
    return reverse(f"report-{step}")
