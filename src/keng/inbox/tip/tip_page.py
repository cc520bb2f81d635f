"""One tip: the same facts for the whole page and for the pane beside the inbox."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.who import HANDING_OVER
from keng.alarms import calls as alarm_calls
from keng.alarms.bundle_queries import bundle_on_page
from keng.decisions.putting_off import may_be_put_off
from keng.decisions.viewing import note_first_read
from keng.dialogue import dialogue_parts, ready_answers
from keng.dialogue.handed_codes import code_in_hands
from keng.inbox.list.neighbours import neighbour_ids, tip_by_number
from keng.inbox.tip import similar, timeline
from keng.inbox.tip.after_decision import list_url, note_position, position_when_opened
from keng.inbox.tip.alarm_bar import alarm_bar_context
from keng.inbox.tip.bare_page import bare_tip_page
from keng.inbox.tip.marked_text import marked_pieces
from keng.inbox.tip.named_places import places_named_in_tip
from keng.inbox.tip.telling_words import telling_reasons
from keng.inbox.tip.tip_forms import SortForm
from keng.incidents.wave_desk import wave_of_tip_context
from keng.kit import times
from keng.kit.compiled_queries import CompiledModelQuery
from keng.kit.urgency import URGENT_LEVELS, Urgency
from keng.language.taxonomy import category_label
from keng.openings.tip_panel import opening_panel
from keng.tips import check_list, decision_words, origins, readers
from keng.tips.gravity import danger_message, words_of_danger
from keng.tips.messages import conversation_of
from keng.tips.models import Attachment, DialogueMessage, LegalHold, Note, Sighting, Tip, TipConcern
from keng.tips.models.tip import OnlookerOf, fetch_incidents, sight_values
from keng.tips.page_version import changes_since, page_version_of
from keng.tips.readers import note_reader
from keng.tips.reporter_times import times_in_order
from keng.tips.toast import undo_context
from keng.tips.words_back import words_back_for

# Asked for by a page on which no script runs, and which therefore cannot tell how long it is open.
READ_PART = "read"
# Asked for by the list (ahead.js) while another tip is shown: this one is shown later, or never.
AHEAD_PART = "ahead"


@require_GET
def tip(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The tip's page; asked by a script, only the pane of the inbox, or the files.

    Opened is not read: the page says so after a while (tip_now), or at once where no script runs.
    """
    found = opened_tip(request, pk)
    if found is None:
        return bare_tip_page(request, pk)
    in_pane = bool(request.htmx)
    if in_pane and request.GET.get("part") == "files":
        return _files_part(request, found)
    if request.GET.get("part") == READ_PART:
        note_first_read(pk, by=request.officer)
        return HttpResponse(status=204)
    context = tip_context(request, found, place="inbox" if in_pane else "page")
    if in_pane and request.GET.get("part") == AHEAD_PART:
        return render(request, "inbox/tip/pane.html", context)
    note_position(request, found)
    note_reader(found, by=request.officer)
    if in_pane:
        return render(request, "inbox/tip/pane.html", context)
    context["before"], context["after"] = neighbour_ids(
        found, request.officer, position_when_opened(request, found)
    )
    context |= alarm_bar_context(request, shown=pk)
    context |= wave_of_tip_context(found, request.officer)
    return render(request, "inbox/tip/tip.html", context | undo_context(request))


@require_GET
def tip_go(request: SignedInRequest) -> HttpResponse:
    """To a tip by its number, as somebody says it on the telephone."""
    number = request.GET.get("number", "")
    found = tip_by_number(request.officer, number)
    if found is None:
        messages.warning(request, _("No tip of yours has this number."))
        return redirect("inbox")
    return redirect("tip", pk=found.pk)


@require_POST
def tip_now(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Still there: says so to colleagues, and tells who else is and what happened meanwhile.

    With `read` the tip was in front of the officer long enough to be read (presence.js); with
    `opened` it was put there just now from what was fetched ahead (ahead.js), which asks for it
    anew where it stands otherwise by now.
    """
    found = Tip.objects.visible_to(request.officer).filter(pk=pk).first()
    if found is None:
        raise Http404
    note_reader(found, by=request.officer)
    if request.POST.get("read"):
        note_first_read(pk, by=request.officer)
    news = changes_since(found, request.POST.get("seen", ""), request.officer)
    if request.POST.get("opened"):
        note_position(request, found)
        # Taken back by its reporter: no decision says so, and its words are destroyed.
        if news or found.outcome == Tip.Outcome.WITHDRAWN:
            return HttpResponse(status=HTTPStatus.RESET_CONTENT)
    context = {
        "tip": found,
        "readers": readers.other_readers(found, request.officer),
        "events": timeline.events_since(found, news, request.officer),
    }
    return render(request, "inbox/tip/parts/now.html", context)


def opened_tip(request: SignedInRequest, pk: uuid.UUID) -> Tip | None:
    """The tip if this officer may see it."""
    officer = request.officer
    found = _OPENED.fetch(tip=pk, **sight_values(officer))
    fetch_incidents(found, officer)
    return found[0] if found else None


def _opened_query(*, tip: uuid.UUID, **onlooker: Any) -> QuerySet[Tip]:
    visible = Tip.objects.visible_to(OnlookerOf(**onlooker)).filter(pk=tip)
    return visible.select_related(
        "place",
        "responsible_unit",
        "alarm__taken_by",
        "assigned_to",
        "suggestion",
        "taken_down__officer",
    )


_OPENED: CompiledModelQuery[Tip] = CompiledModelQuery(_opened_query)
_NOTES: CompiledModelQuery[Note] = CompiledModelQuery(
    lambda *, tip: Note.objects.filter(tip=tip).select_related("officer").order_by("id")
)
_ATTACHMENTS: CompiledModelQuery[Attachment] = CompiledModelQuery(
    lambda *, tip: Attachment.objects.filter(tip=tip).order_by("at", "id")
)
_SIGHTINGS: CompiledModelQuery[Sighting] = CompiledModelQuery(
    lambda *, tip: Sighting.objects.filter(tip=tip).select_related("indicator").order_by("start")
)
_HOLD: CompiledModelQuery[LegalHold] = CompiledModelQuery(
    lambda *, tip: LegalHold.objects.in_force().filter(tip=tip)
)
_KEPT_FROM: CompiledModelQuery[TipConcern] = CompiledModelQuery(
    lambda *, tip: TipConcern.objects.filter(tip=tip, is_guess=True).select_related("unit")
)


def tip_or_404(request: SignedInRequest, pk: uuid.UUID) -> Tip:
    """The same where there has to be one. Raises Http404."""
    found = opened_tip(request, pk)
    if found is None:
        raise Http404
    return found


def tip_context(
    request: SignedInRequest, found: Tip, *, place: str, **forms: Any
) -> dict[str, Any]:
    """Everything the tip's templates show. `forms` are those sent with mistakes."""
    officer = request.officer
    alarm, calls = (
        alarm_calls.alarm_of(found),
        alarm_calls.calls_of_alarm(alarm_calls.alarm_of(found)),
    )
    later_danger = danger_message(found)
    rows = timeline.TipRows(
        steps=decision_words.decisions_of_tip(found),
        messages=dialogue_parts.messages_of_tip(found),
        notes=_NOTES.fetch(tip=found.pk),
        attachments=_attachments_of(found),
        deadlines=decision_words.deadlines_of_tip(found),
        checks=check_list.checks_of_tip(found),
        calls=alarm_calls.call_rounds(calls),
    )
    ladder = alarm_calls.call_ladder(alarm, calls, reader=officer) if alarm else []
    done = check_list.check_list_lines(found, rows.checks, rows.steps, rows.messages)
    sightings = _SIGHTINGS.fetch(tip=found.pk)
    said = _talk_with_files(request, found, rows)
    conversation = conversation_of(found)
    channel = conversation.account.channel if conversation else "web"
    return {
        "tip": found,
        "place": place,
        "back_url": list_url(request, found.pk)
        if place == "inbox"
        else reverse("tip", args=[found.pk]),
        "seen": page_version_of(rows.steps, rows.messages, rows.notes, rows.checks),
        "readers": readers.other_readers(found, officer),
        "check_list": done,
        "code_in_hands": code_in_hands(found),
        "bundled": bundle_on_page(found, officer),
        "alarm_row": alarm if found.urgency == Urgency.P0 else None,
        "stood_down": alarm_calls.count_stood_down(calls),
        "ladder": ladder,
        "nobody_called": alarm is not None and alarm_calls.nobody_was_called(alarm, ladder),
        "danger_told": later_danger,
        "danger_words": words_of_danger(found.text, later_danger) if later_danger else "",
        "pieces": marked_pieces(found.text, [s for s in sightings if s.message_id is None]),
        "talk": said,
        "messages_said": said.shown,
        "unanswered": _unanswered_messages(found, rows.messages),
        "just_wrote": _wrote_since_opened(request, found),
        "notes": rows.notes,
        "attachments": rows.attachments,
        "may_hand_over": HANDING_OVER.reaches(request.officer, found.responsible_unit_id),
        "deadlines": rows.deadlines,
        "timeline": timeline.timeline_events(found, rows, officer),
        "indicators": similar.indicators_of_tip(found, officer, sightings),
        "alike": _likely_duplicates(found, officer, sightings),
        "suggested": _suggested_categories(found),
        "named_places": places_named_in_tip(found),
        "machine_asks": hasattr(found, "suggestion") and found.suggestion.asks,
        "urgency_reasons": _urgency_reasons(found),
        "category": category_label(found.category, get_language() or "vi")
        if found.category
        else "",
        "channel": origins.channel_name(found.channel),
        "identity": origins.identity_note(found),
        "held": origins.sealed_part_names(found),
        "opening_panel": opening_panel(found),
        "hold": next(iter(_HOLD.fetch(tip=found.pk)), None),
        "kept_from": [concern.unit for concern in _KEPT_FROM.fetch(tip=found.pk)],
        **_ready_answers_context(
            request, found, rows.deadlines, {line.code for line in done if line.is_done}
        ),
        "outgoing": origins.answer_place(found, channel),
        "may_put_off": may_be_put_off(found),
        "is_held_by_other": found.assigned_to_id not in {None, officer.pk},
        "sort_form": SortForm(initial=_sort_initial(found), auto_id="sort_%s"),
        **forms,
    }


def _attachments_of(found: Tip) -> list[Attachment]:
    """The files; none when the tip is out of scope: they are sealed with its words."""
    if found.kind == Tip.Kind.OUT_OF_SCOPE:
        return []
    return _ATTACHMENTS.fetch(tip=found.pk)


def _files_part(request: SignedInRequest, found: Tip) -> HttpResponse:
    """The files alone, asked again and again while a copy is being prepared."""
    attachments = _attachments_of(found)
    _join_files(dialogue_parts.messages_of_tip(found), attachments)
    context = {"tip": found, "attachments": attachments}
    return render(request, "inbox/tip/parts/files.html", context)


def _ready_answers_context(
    request: SignedInRequest, found: Tip, deadlines: list[decision_words.Deadline], done: set[str]
) -> dict[str, Any]:
    """Ready answers; the one asked for stands in the box already, for browsers without script."""
    if not found.text:
        return {}
    ready = ready_answers.filled_answers_for(found, request.officer, deadlines)
    wanted = request.GET.get("answer")
    chosen = [each.text for part in ready for each in part if each.code == wanted]
    return {
        "ready": ready,
        "chosen_answer": chosen[0] if chosen else words_back_for(request, found.pk),
        "cannot_wait": check_list.cannot_wait(found),
        "one_tap": ready_answers.one_tap_answers_for(found, request.officer, deadlines, done),
        "is_told_by_voice": check_list.is_told_by_voice(found),
    }


def _likely_duplicates(
    found: Tip, officer: Officer, sightings: list[Sighting]
) -> list[similar.DuplicateCandidate]:
    """The likely ones, for a line beside the tip; the page that compares shows the others too."""
    if not found.is_open or found.duplicate_of_id:
        return []
    close = similar.duplicate_candidates(found, officer, sightings, limit=3)
    return [each for each in close if each.strength != "slightly"]


def _talk_with_files(
    request: SignedInRequest, found: Tip, rows: timeline.TipRows
) -> dialogue_parts.DialoguePart:
    """The part of the dialogue that the address names, with each message's files."""
    said = _shown_messages(found, dialogue_parts.without_opening_message(rows.messages, found))
    _join_files(said, rows.attachments)
    return dialogue_parts.dialogue_part(said, found, request.GET.get("talk", ""))


def _unanswered_messages(found: Tip, rows: list[DialogueMessage]) -> list[DialogueMessage]:
    """What the reporter wrote after the desk's last words, oldest first; nothing once answered.

    Whoever decides reads it beside the decision: they may have opened the tip before it came.
    """
    if found.waiting_since is None:
        return []
    return [row for row in dialogue_parts.unanswered_messages(rows, found) if row.text]


def _wrote_since_opened(request: SignedInRequest, found: Tip) -> bool:
    """Whether a message came after the page of the tip that led here; its link says which."""
    seen = request.GET.get("seen")
    return bool(seen and changes_since(found, seen, request.officer).messages)


def _shown_messages(found: Tip, rows: list[DialogueMessage]) -> list[Any]:
    """The dialogue; what still waits to leave is marked, with the seconds it waits."""
    now = times.now()
    for row in rows:
        row.held_for = max(0, int((row.visible_at - now).total_seconds()))
    moments = [(row.at, row.author != DialogueMessage.Author.DESK) for row in rows]
    for row, at in zip(rows, times_in_order(moments, found), strict=True):
        row.shown_at = at
    return rows


def _join_files(said: list[Any], attachments: list[Any]) -> list[Any]:
    """Each message with its files, each file with its message; what came with the tip has none."""
    by_id = {message.pk: message for message in said}
    for message in said:
        message.files = []
    for number, file in enumerate(attachments, start=1):
        file.number, file.came_with = number, by_id.get(file.message_id)
        if file.came_with:
            file.came_with.files.append(file)
    return said


def _suggested_categories(found: Tip) -> list[dict[str, Any]]:
    """The machine's categories with their names; empty once an officer has decided."""
    suggestion = getattr(found, "suggestion", None)
    if suggestion is None or found.category:
        return []
    language = get_language() or "vi"
    return [
        each
        | {
            "label": category_label(each["code"], language),
            "reasons": telling_reasons(each["reasons"]),
        }
        for each in suggestion.categories[:3]
    ]


def _urgency_reasons(found: Tip) -> list[str]:
    """The words for which it stands where it does; none where something else put it there."""
    suggestion = getattr(found, "suggestion", None)
    if suggestion is None or suggestion.urgency != found.urgency:
        return []
    return telling_reasons(suggestion.urgency_reasons)


def _sort_initial(found: Tip) -> dict[str, str]:
    suggestion = getattr(found, "suggestion", None)
    guess = suggestion.guess if suggestion else ""
    if suggestion is None or found.urgency_is_rated or found.urgency in URGENT_LEVELS:
        urgency = found.urgency
    else:
        urgency = suggestion.urgency
    return {"category": found.category or guess, "urgency": urgency, "kind": found.kind}
