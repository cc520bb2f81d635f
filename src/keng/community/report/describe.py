"""Fourth question: what happened, in the reporter's own words, with pictures if there are any."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keng.community.drafts import MOST_WORDS
from keng.community.report.recipient import place_of
from keng.community.report.steps import (
    MOST_FILES,
    ReportJourney,
    cut_to_longest,
    report_step,
)
from keng.dialogue.public.status_page import OptionalWords
from keng.kit.forms import Form, ManyFiles
from keng.kit.numbers import whole_number
from keng.kit.time_words import grouped_number
from keng.kit.uploads import MOST_FILE_BYTES, takes_files
from keng.kit.urgency import Happening
from keng.tips.topics import MONEY_TOPICS
from keng.warnings.queries import current_warnings_for


class DescribeForm(Form):
    """The report itself."""

    text = OptionalWords(
        label=_("Tell it briefly, as to somebody you know"),
        help_text=_(
            "Who, what, when, and phone or plate numbers if there are any. Without accents is fine."
        ),
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 7}),
        error_messages={
            "max_length": _(
                "This is too long: shorten it to 8,000 characters, or send the rest later."
            ),
        },
    )
    happening = forms.ChoiceField(
        label=_("Is it still happening?"),
        choices=Happening.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    money_moved = forms.BooleanField(
        label=_("I have sent money or read out an OTP code"), required=False
    )
    attached = ManyFiles(
        label=_("Pictures, videos, sound"),
        help_text=_("At most 5 files of 20 MB each, also PDF."),
        required=False,
    )

    def clean_happening(self) -> str:
        """Nobody must answer, and no answer stays none: "not sure" is an answer."""
        return str(self.cleaned_data["happening"])


@takes_files()
@report_step("describe", DescribeForm)
def report_describe(report: ReportJourney, form: DescribeForm) -> HttpResponse:
    """Ask what happened. What is public about it already is shown before anything is typed."""
    removed, asks_words = _removed_file(report), False
    if form.is_bound and removed is not None:
        report.draft.files.pop(removed).discard()
        report.keep_unchecked(form)
        return report.ask_again()
    if form.is_bound:
        _add_mistakes(report, form)
        asks_words = form.is_valid() and _asks_for_words(report, form)
        if form.is_valid() and not asks_words:
            return report.keep_answers(_answers_of(report, form))
    topic = report.answers.get("topic", "")
    return report.question_page(
        form,
        asks_words=asks_words,
        about_money=topic in MONEY_TOPICS,
        files=report.draft.files,
        files_left=MOST_FILES - len(report.draft.files),
        file_bytes=MOST_FILE_BYTES,
        warnings=current_warnings_for(topic, place_of(report.answers), limit=2),
    )


def _add_mistakes(report: ReportJourney, form: DescribeForm) -> None:
    """What the form alone does not see: refused files, words past what is kept, nothing at all."""
    for words in report.refused:
        form.add_error("attached", words)
    typed = form.data.get("text", "")
    if (kept := cut_to_longest(typed)) != typed:
        too_long = gettext(
            "This is too long: shorten it to 8,000 characters, or send the rest later. If you "
            "leave this page, only the first %(count)s characters are kept."
        )
        # In place of the error that says the first half of it.
        form.errors.pop("text", None)
        form.add_error("text", too_long % {"count": grouped_number(len(kept))})
    if not typed.strip() and not report.draft.files:
        words = gettext("Write at least one sentence, or add a picture or a recording")
        form.add_error("text", words)


def _asks_for_words(report: ReportJourney, form: DescribeForm) -> bool:
    """Whether to ask for a sentence beside the files: once, and whoever has none goes on."""
    if form.cleaned_data["text"] or report.answers.get("asked_for_words"):
        return False
    report.answers["asked_for_words"] = True
    return True


def _answers_of(report: ReportJourney, form: DescribeForm) -> dict[str, Any]:
    said = {key: value for key, value in form.cleaned_data.items() if key != "attached"}
    # Other words are asked about anew.
    said["meant_for_unit"] = False
    if report.answers.get("topic") not in MONEY_TOPICS:
        said["money_moved"] = False
    return said


def _removed_file(report: ReportJourney) -> int | None:
    """Which file was taken out again."""
    last = len(report.draft.files) - 1
    return whole_number(report.request.POST.get("remove", ""), most=last)
