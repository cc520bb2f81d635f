"""Meetings and official channels of the own desk: written by one, let out by a second person."""

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.presence import is_present
from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.community.actions import announcements
from keng.community.forms import ChannelForm, DecideAnnouncementForm, MeetingForm
from keng.community.models import Meeting, OfficialChannel
from keng.community.number_checks import check_channel_numbers, check_meeting_numbers
from keng.community.rights import own_desk
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.network.queries.places import places_of
from keng.releases.desk import decide_release, decided_meanwhile
from keng.releases.errors import NothingWaits
from keng.releases.hands import hand_refusal
from keng.warnings.forms import NumbersReleaseForm
from keng.warnings.known_numbers import NumberCheck


@require_http_methods(["GET", "POST"])
def meetings(request: HttpRequest) -> HttpResponse:
    """What is announced or waits to be, and one more."""
    officer = request.officer
    unit = own_desk(officer)
    form = MeetingForm(request.POST or None, places=places_of([unit.pk] if unit else []))
    if request.method == "POST" and unit is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = announcements.propose_meeting(
            place=given["place"],
            starts_at=given["starts_at"],
            venue=given["venue"],
            about=given["about"],
            by=officer,
        )
        messages.success(request, _("Handed in: a second person lets it out."))
        return redirect("meeting", pk=made.pk)
    listed = (
        Meeting.objects.visible_to(officer).not_dropped().upcoming().select_related("place", "unit")
    )
    chosen = ListFilter(request.GET, words_label=_("What about, or where"))
    found, page = rows_of_page(
        request,
        rows_with_words(listed, chosen.words, "about", "venue", "place__full_name"),
    )
    context = {
        "meetings": found,
        "page": page,
        "filter": chosen,
        "form": form,
        "may_write": unit is not None,
    }
    status = 422 if form.errors else 200
    return render(request, "community/desk/meetings.html", context, status=status)


@require_http_methods(["GET", "POST"])
def desk_channels(request: HttpRequest) -> HttpResponse:
    """The list that residents compare with, what waits to come onto it, and one more channel."""
    form = ChannelForm(request.POST or None)
    unit = own_desk(request.officer)
    if request.method == "POST" and unit is None:
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            made = announcements.propose_channel(**form.cleaned_data, by=request.officer)
        except (announcements.ChannelListedAlready, announcements.AccountIsNoChannel) as error:
            form.add_error("shown_as", error.sentence)
        else:
            messages.success(request, _("Handed in: a second person lets it out."))
            return redirect("desk-channel", pk=made.pk)
    listed = OfficialChannel.objects.visible_to(request.officer).on_the_list()
    chosen = ListFilter(request.GET, words_label=_("Channel or desk"))
    found, page = rows_of_page(
        request,
        rows_with_words(
            listed.select_related("unit", "checked_by"), chosen.words, "shown_as", "unit__name"
        ),
    )
    context = {
        "channels": found,
        "page": page,
        "filter": chosen,
        "form": form,
        "may_write": unit is not None,
    }
    status = 422 if form.errors else 200
    return render(request, "community/desk/channels.html", context, status=status)


@require_POST
def desk_channels_check(request: HttpRequest) -> HttpResponse:
    """All of the own desk's are right today."""
    count = announcements.check_channels(by=request.officer)
    messages.success(request, _("Checked today: %(n)s channels.") % {"n": count})
    return redirect("desk-channels")


@dataclass(frozen=True, slots=True)
class DecisionChoice:
    """What may be decided about what is public: its button, its act, what is said then."""

    button: str
    act: Callable[..., object]
    done: str
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class AnnouncementKind:
    """What differs between a meeting and a channel that wait for a second person."""

    check: Callable[..., NumberCheck]
    let_out: Callable[..., object]
    button: str
    done: str
    drop: Callable[..., object]
    back: str
    """The name of the list."""


@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One meeting: let out by a second person, called off."""
    visible = Meeting.objects.visible_to(request.officer).not_dropped()
    found = get_object_or_404(visible.select_related("unit", "place", "released_by"), pk=pk)
    choices = {}
    if found.is_released:
        done = _("Called off. The page says so until that day is over.")
        choices["call_off"] = DecisionChoice(
            _("Call off"), announcements.call_off_meeting, done, is_grave=True
        )
    kind = AnnouncementKind(
        check=check_meeting_numbers,
        let_out=announcements.let_out_meeting,
        button=_("Announce it"),
        done=_("Announced on the page of the place."),
        drop=announcements.drop_meeting,
        back="meetings",
    )
    return _announcement_page(request, found, kind, choices, context={"meeting": found})


@require_http_methods(["GET", "POST"])
def desk_channel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One channel: let out by a second person, doubted by one, taken off by another."""
    visible = OfficialChannel.objects.visible_to(request.officer).on_the_list()
    found = get_object_or_404(
        visible.select_related("unit", "checked_by", "released_by", "doubted_by"), pk=pk
    )
    doubter = found.doubted_by_id
    doubted_self = doubter in tied_to(request.officer)
    context: dict[str, Any] = {"channel": found}
    if doubter and doubted_self:
        context["refusal"] = hand_refusal(RELEASING, found.unit, [doubter])
    kind = AnnouncementKind(
        check=check_channel_numbers,
        let_out=announcements.let_out_channel,
        button=_("Put it on the list"),
        done=_("It is on the public list now."),
        drop=announcements.drop_channel,
        back="desk-channels",
    )
    choices = _choices_of_channel(request, found, doubted_self=doubted_self)
    return _announcement_page(request, found, kind, choices, context=context)


def _choices_of_channel(
    request: HttpRequest, found: OfficialChannel, *, doubted_self: bool
) -> dict[str, DecisionChoice]:
    if not found.is_released:
        return {}
    if found.doubted_at is None:
        done = _("The public list says now that nobody is to use it. A second person takes it off.")
        button = _("Take off the list")
        one = DecisionChoice(button, announcements.doubt_channel, done, is_grave=True)
        return {"doubt": one}
    may_release = RELEASING.may_act_for(request.officer, found.unit)
    choices = {}
    if may_release and not doubted_self:
        done = _("Taken off the public list.")
        choices["end"] = DecisionChoice(
            _("Take off the list"), announcements.end_channel, done, is_grave=True
        )
    if may_release or found.doubted_by_id == request.officer.pk:
        done = _("It stays on the public list.")
        choices["keep"] = DecisionChoice(_("It is ours: keep it"), announcements.keep_channel, done)
    return choices


def _announcement_page(
    request: HttpRequest,
    found: Meeting | OfficialChannel,
    kind: AnnouncementKind,
    choices: dict[str, DecisionChoice],
    *,
    context: dict[str, Any],
) -> HttpResponse:
    """The page of one of them, and what is decided on it: each with the officer's own code."""
    officer = request.officer
    numbers = kind.check(found, by=officer) if found.is_waiting else NumberCheck([], "")
    try:
        panel, let_out = decide_release(
            request,
            found,
            which=RELEASING,
            let_out=functools.partial(kind.let_out, found.pk),
            form=functools.partial(NumbersReleaseForm, checked=numbers),
        )
    except NothingWaits:
        return decided_meanwhile(request, kind.back)
    if let_out is not None:
        messages.success(request, kind.done)
        return redirect(kind.back)
    do = request.POST.get("do")
    if do == "drop":
        kind.drop(found.pk, by=officer)
        messages.success(request, _("It waits no more."))
        return redirect(kind.back)
    if do is not None and do not in choices:
        refusal = context.get("refusal") or panel.refusal
        messages.error(request, refusal or _("This is for somebody else to decide."))
        return redirect(request.path)
    form = DecideAnnouncementForm(request.POST if do else None)
    if do and form.is_valid() and is_present(officer, form):
        choices[do].act(found.pk, by=officer)
        messages.success(request, choices[do].done)
        return redirect(kind.back)
    context |= {
        "form": form,
        "choices": choices,
        "numbers": numbers,
        "panel": panel,
        "let_it_out": kind.button,
    }
    status = 422 if form.errors else panel.status
    return render(request, "community/desk/announcement.html", context, status=status)
