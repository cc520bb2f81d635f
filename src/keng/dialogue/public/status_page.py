"""The status page: where the tip stands, what was said, and a box to say more."""

import datetime
import itertools
from collections import Counter
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keng.data_requests.for_reporter import has_answered_request, is_erased_by_request
from keng.decisions.out_of_scope import may_object_to_sealing
from keng.dialogue.public.code_doors import began_as_something_else
from keng.dialogue.public.code_page import sheet_of
from keng.dialogue.public.open_tip import OpenedTip, keep_tip_open
from keng.dialogue.public.stages import is_closed_for_reporter, stages_of_tip, status_heading
from keng.dialogue.public.transfer_notice import transfer_notice
from keng.files.openable import why_not_openable
from keng.kit import times
from keng.kit.forms import Form, ManyFiles
from keng.kit.uploads import MOST_FILE_BYTES, SealedUpload
from keng.kit.urgency import URGENT_LEVELS
from keng.language import lost_money
from keng.language.danger import calls_for_child_line, is_about_child
from keng.language.fold import fold
from keng.openings.opening_history import openings_for_reporter
from keng.places import serving
from keng.tips import receipt_codes
from keng.tips.concerns import guessed_concerned_unit
from keng.tips.gravity import answers_not_safe, call_first, calls_for_help
from keng.tips.letters import closing_sentence
from keng.tips.messages import is_answered_in_chat
from keng.tips.models import DialogueMessage, Receipt, Tip
from keng.tips.origins import is_from_chat
from keng.tips.printed_receipt import answer_due, finish_due, look_due
from keng.tips.unread_files import refuse_beyond_share
from keng.tips.yes_no import open_yes_no, without_numbers

MOST_FILES = 5
# In the address after something was sent: how many of the files the report had already.
FILES_HAD_PARAMETER = "had"
# What was told longer ago does not go on.
_DANGER_LASTS = datetime.timedelta(hours=24)


class OptionalWords(forms.CharField):
    """Words that may be left out if there are files; the form looks at both together."""

    def validate(self, value: str) -> None:
        """Not here."""


class ReporterMessageForm(Form):
    """More words, and files if there are any."""

    text = OptionalWords(
        label=gettext_lazy("Your answer"),
        help_text=gettext_lazy(
            "Officers of the desk that has this report, and of the police above it, can read it."
        ),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": gettext_lazy("At most 4,000 characters at once; send the rest after it")
        },
    )
    attached = ManyFiles(
        label=gettext_lazy("Pictures, videos, sound"),
        required=False,
        # Which of them is empty is said below, with what helps.
        allow_empty_file=True,
        help_text=gettext_lazy("At most 5 files of 20 MB each, also PDF."),
    )

    def clean_attached(self) -> list[SealedUpload]:
        """As many and as large as allowed."""
        sent: list[SealedUpload] = self.cleaned_data["attached"]
        for file in sent:
            if file.is_too_large:
                raise forms.ValidationError(
                    _("%(name)s is larger than 20 MB.") % {"name": file.name}
                )
        if len(sent) > MOST_FILES:
            raise forms.ValidationError(_("Five files are the most at once."))
        for file in sent:
            refuse_beyond_share(file)
            if file.no_room is None and (words := why_not_openable(file)):
                raise forms.ValidationError(words)
        return sent

    def clean(self) -> dict[str, object]:
        """Something must be sent."""
        said = super().clean() or {}
        if not (self.errors or said.get("text") or said.get("attached")):
            self.add_error("text", _("Write something, or choose a file"))
        return said


def status_page(
    request: HttpRequest,
    opened: OpenedTip,
    form: ReporterMessageForm,
    *,
    not_taken: str = "",
    would_read: str = "",
) -> HttpResponse:
    """The page of the open tip; `not_taken` says why nothing came of what was sent just now.

    `would_read` is the unit that would read words which seem to be about its own officers: they
    wait in the box until the reporter decides.
    """
    tip = Tip.objects.select_related("responsible_unit", "place").get(pk=opened.tip_id)
    if tip.withdrawn_at:
        return _taken_back_page(request, opened, tip)
    if tip.purged_at:
        return _purged_page(request, opened, tip)
    messages = list(tip.messages.shown_to_reporter().order_by("at", "id"))
    asked = _open_question(messages)
    yes_no = open_yes_no(_unanswered_words(messages))
    spoken = [m for m in messages if m.author != DialogueMessage.Author.AUTOMATIC]
    is_answered = any(m.author == DialogueMessage.Author.DESK for m in spoken)
    first_words = _first_words(tip, spoken)
    # Of an officer's reading the hour is over; the clock that runs then is the one to answer.
    look_by = look_due(tip) if tip.first_read_at is None else None
    answer_by = look_by or answer_due(tip)
    # Who is in danger now is told to call, and nothing of a time to wait for.
    is_told_when = not is_answered and not first_words.get("tells_danger")
    is_over = is_closed_for_reporter(tip)
    # Once somebody has answered: what the receipt named for the end, while that is to come.
    finish_by = finish_due(tip) if is_answered and not is_over else None
    if is_over:
        form.fields["text"].label = _("What is happening, and where are you?")
    elif not is_answered:
        form.fields["text"].label = _("Write more to the desk")
    response = render(
        request,
        "dialogue/public/status.html",
        {
            "form": form,
            "most_files": MOST_FILES,
            "file_bytes": MOST_FILE_BYTES,
            "not_taken": not_taken,
            "would_read": would_read,
            "had": request.GET.get(FILES_HAD_PARAMETER, ""),
            "sheet": sheet_of(request) or receipt_codes.new_token(),
            "tip": tip,
            "tail": opened.tail,
            "messages_said": _messages_with_files(tip, messages),
            "asked": asked,
            "yes_no": None if is_over else yes_no,
            "heading": status_heading(
                tip, spoken, tells_danger=bool(first_words.get("tells_danger"))
            ),
            "trail": stages_of_tip(tip),
            "transfer": None if is_over else transfer_notice(tip),
            "openings_for_reporter": openings_for_reporter(tip.pk),
            "has_data_answer": has_answered_request(tip.pk),
            "was_question": began_as_something_else(_code_hashes(tip)),
            "is_answered": is_answered,
            "answer_by": answer_by if is_told_when else None,
            "finish_by": finish_by if finish_by and finish_by > times.now() else None,
            "is_to_be_looked_at": look_by is not None,
            "is_late": answer_by < times.now(),
            "closing": closing_sentence(tip) if is_over and tip.do_not_contact else "",
            "kept_from": str(guessed_concerned_unit(tip) or ""),
            "is_over": is_over,
            "hears_danger": is_over and tip.urgency in URGENT_LEVELS,
            "may_object": is_over and may_object_to_sealing(tip),
            "anonymous": not tip.identity_holds,
            "is_outside": serving.is_outside_province(tip.place, tip.responsible_unit),
            "is_about_child": is_about_child(tip.text, tip.topic),
            "replaced_at": receipt_codes.last_replaced_at(tip.pk),
            "is_chat": is_answered_in_chat(tip),
            "was_chat": is_from_chat(tip),
            **first_words,
        },
    )
    keep_tip_open(response, opened)
    return response


def withdrawal_page(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    """What it means to take the report back, said before it is done."""
    response = render(request, "dialogue/public/take_back.html", {"tail": opened.tail})
    keep_tip_open(response, opened)
    return response


def new_code_page(request: HttpRequest, opened: OpenedTip) -> HttpResponse:
    """What it means to take a new code, said before it is shown."""
    context = {"tail": opened.tail, "sheet": sheet_of(request) or receipt_codes.new_token()}
    response = render(request, "dialogue/public/new_code.html", context)
    keep_tip_open(response, opened)
    return response


def _taken_back_page(request: HttpRequest, opened: OpenedTip, tip: Tip) -> HttpResponse:
    """The same page whatever the desk had done: whoever probes learns nothing by taking it back."""
    context = {"tail": opened.tail, "received_at": tip.received_at, "at": tip.withdrawn_at}
    response = render(request, "dialogue/public/taken_back.html", context)
    keep_tip_open(response, opened)
    return response


def _purged_page(request: HttpRequest, opened: OpenedTip, tip: Tip) -> HttpResponse:
    """Its time was over: what is left to say, and what is gone."""
    context = {
        "tail": opened.tail,
        "closed_at": tip.closed_at,
        "at": tip.purged_at,
        "was_asked": is_erased_by_request(tip.pk),
    }
    response = render(request, "dialogue/public/purged.html", context)
    keep_tip_open(response, opened)
    return response


def _first_words(tip: Tip, spoken: list[DialogueMessage]) -> dict[str, Any]:
    """Whether 113, 114, 115, 111 or the bank stands first.

    The first three by what was told last and nobody has answered yet. The bank and 111 as long as
    the report is open: an answer of ours stops no money.
    """
    told = [m for m in spoken if m.author == DialogueMessage.Author.REPORTER]
    texts = [m.text for m in told]
    last = [m for m in told if m is spoken[-1] and m.at >= times.now() - _DANGER_LASTS]
    waiting = [m.text for m in last]
    is_not_safe = any(map(answers_not_safe, last))
    is_open = not is_closed_for_reporter(tip)
    money_left = is_open and any(lost_money.money_has_left(fold(text)) for text in texts)
    for_child_line = (
        (is_open or bool(waiting))
        and not money_left
        and any(calls_for_child_line(text, tip.topic) for text in [tip.text, *texts])
    )
    return {
        "tells_danger": is_not_safe or any(map(calls_for_help, waiting)),
        "call_first": call_first(
            waiting, money_left=money_left, is_due=for_child_line or is_not_safe
        ),
        "money_left": money_left,
        "calls_for_child_line": for_child_line,
    }


def _messages_with_files(tip: Tip, messages: list[DialogueMessage]) -> list[Any]:
    """What was said, each with the number of files that came with it; the tip's with the first."""
    came = Counter(tip.attachments.values_list("message_id", flat=True))
    for message in messages:
        if message.author == DialogueMessage.Author.DESK:
            message.text = without_numbers(message.text)
        message.files = came.pop(message.pk, 0)
    if messages:
        messages[0].files += came.total()
    return messages


def _open_question(messages: list[DialogueMessage]) -> DialogueMessage | None:
    """The desk's question that is still open: its last message, if nothing came after it."""
    last = messages[-1] if messages else None
    is_question = (
        last is not None and last.author == DialogueMessage.Author.DESK and "?" in last.text
    )
    return last if is_question else None


def _unanswered_words(messages: list[DialogueMessage]) -> list[str]:
    """What the desk wrote since the reporter last did."""
    by_people = [m for m in messages if m.author != DialogueMessage.Author.AUTOMATIC]
    since = itertools.takewhile(
        lambda m: m.author == DialogueMessage.Author.DESK, reversed(by_people)
    )
    return [message.text for message in since][::-1]


def _code_hashes(tip: Tip) -> list[bytes]:
    hashes = Receipt.objects.filter(tip=tip).values_list("hash", flat=True)
    return [bytes(each) for each in hashes]
