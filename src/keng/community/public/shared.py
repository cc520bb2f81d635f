"""A message or a picture from another app: looked up, or begun as a report, after a tap here.

On Android it comes through "Share": the service worker catches it (keng.kit.web_app), so that it is
with the site only once somebody has pressed a button on this page. Everywhere else it is pasted.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from keng.community.drafts import MOST_WORDS
from keng.community.report.describe import DescribeForm
from keng.community.report.steps import (
    MOST_FILES,
    ReportJourney,
    TooManyBegun,
    cut_to_longest,
    step_url,
)
from keng.dialogue.public.status_page import OptionalWords
from keng.kit.browser_drafts import on_newest_draft
from keng.kit.forms import Form, ManyFiles
from keng.kit.languages import answer_in_language, chosen_language
from keng.kit.unread_bodies import reads_no_body
from keng.kit.uploads import MOST_FILE_BYTES, takes_files
from keng.kit.web_app import manifest_response
from keng.language.masking import MaskedText, mask_senders
from keng.lookup_pages.public.search import look_up

LOOK_UP_BUTTON = "look-up"


class SharedForm(Form):
    """What was shared or pasted."""

    text = OptionalWords(
        label=gettext_lazy("The message"),
        help_text=gettext_lazy(
            "Names of those who wrote in the chat are left out before anything is kept, as far as "
            "they are recognised. Look for others yourself."
        ),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6, "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "max_length": gettext_lazy("This is too long: shorten it to 8,000 characters.")
        },
    )
    attached = ManyFiles(
        label=gettext_lazy("Or a picture of it"),
        help_text=gettext_lazy("At most 5 files of 20 MB each, also PDF."),
        required=False,
    )


@takes_files()
@require_http_methods(["GET", "HEAD", "POST"])
@on_newest_draft
def share(request: HttpRequest) -> HttpResponse:
    """The page it is pasted into, or stands in already; nothing is kept before a button."""
    if request.method != "POST":
        return _page(request, SharedForm(), is_missed="missed" in request.GET)
    if language := chosen_language(request):
        typed = {"text": request.POST.get("text", "")}
        return answer_in_language(language, lambda: _page(request, SharedForm(initial=typed)))
    form = SharedForm(request.POST, request.FILES)
    is_question = LOOK_UP_BUTTON in request.POST
    if form.is_valid():
        _add_mistakes(request, form, is_question=is_question)
    if form.errors:
        return _page(request, form, status=422)
    text = form.cleaned_data["text"].replace("\x00", "").strip()
    masked = mask_senders(text)
    if is_question:
        return look_up(
            request,
            text,
            passed_on=masked.text,
            template="community/shared_answers.html",
            left_out=_names_in(masked),
        )
    return _begin_report(request, masked)


@reads_no_body
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def share_target(request: HttpRequest) -> HttpResponse:
    """Where another app sends what it shares, on a phone whose service worker is gone.

    Nothing of it is read: whoever shared it has pressed no button of ours.
    """
    response = redirect(f"{reverse('share')}?missed")
    response.status_code = 303
    return response


@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the site is installed by on a phone."""
    return manifest_response(
        name="Kẻng",
        description=_("Look up a strange number, warn others, tell the police safely."),
        start=reverse("share"),
        shared_at=reverse("share-target"),
        language=get_language() or "vi",
    )


def _add_mistakes(request: HttpRequest, form: SharedForm, *, is_question: bool) -> None:
    has_files = bool(form.cleaned_data["attached"])
    if form.cleaned_data["text"].strip() or (has_files and not is_question):
        return
    if has_files:
        words = _("A picture cannot be looked up. Type the number or the link that it shows")
    else:
        words = _("Paste the message, or choose a picture of it")
    form.add_error("text", words)


def _begin_report(request: HttpRequest, masked: MaskedText) -> HttpResponse:
    """A draft with these words and pictures, or behind what this browser has begun already."""
    report = ReportJourney(request, "who-gets")
    report.take_files()
    report.add_words(cut_to_longest(masked.text, MOST_WORDS))
    context = {
        "text": masked.text,
        "left_out": _names_in(masked),
        "refused": report.refused,
        "files": len(report.draft.files),
        "goes_on_at": step_url(report.next_step),
        "words_at": step_url("describe"),
    }
    try:
        return report.kept_with(render(request, "community/shared_begun.html", context))
    except TooManyBegun:
        return report.write_at_once(DescribeForm({"text": report.answers.get("text", "")}))


def _names_in(masked: MaskedText) -> list[str]:
    """Who was left out, each once, as they were written."""
    return list(dict.fromkeys(piece.written for piece in masked.covered))


def _page(
    request: HttpRequest, form: SharedForm, *, is_missed: bool = False, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "is_missed": is_missed,
        "most_files": MOST_FILES,
        "file_bytes": MOST_FILE_BYTES,
    }
    return render(request, "community/share.html", context, status=status)
