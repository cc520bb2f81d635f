"""Meetings and official channels of the own desk: written by one, let out by a second person."""

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
from keng.accounts.releasing import may_release_for
from keng.accounts.vouching import tied_to
from keng.accounts.who import RELEASING
from keng.community.actions import announcements
from keng.community.actions.errors import AlreadyDecided
from keng.community.forms import ChannelForm, DecideAnnouncementForm, MeetingForm
from keng.community.models import Meeting, OfficialChannel
from keng.community.number_checks import check_channel_numbers, check_meeting_numbers
from keng.community.rights import own_desk
from keng.network.queries.places import places_of
from keng.releases.hands import hand_refusal, officers_with_hands
from keng.warnings.actions.errors import NumbersUnchecked
from keng.warnings.forms import note_unticked
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
    context = {"meetings": listed[:100], "form": form, "may_write": unit is not None}
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
    context = {
        "channels": listed.select_related("unit", "checked_by")[:500],
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
    """Something that may be decided here: its button, the act behind it, and what is said then."""

    button: str
    act: Callable[..., object]
    done: str
    is_grave: bool = False
    compares: bool = False
    """Whether the numbers in it have to be ticked as compared."""


@require_http_methods(["GET", "POST"])
def meeting(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One meeting: let out by a second person, called off."""
    visible = Meeting.objects.visible_to(request.officer).not_dropped()
    found = get_object_or_404(visible.select_related("unit", "place", "let_out_by"), pk=pk)
    waits = found.let_out_at is None
    is_own = found.has_hand_of(request.officer)
    choices = {}
    if waits and not is_own and may_release_for(request.officer, found.unit):
        done = _("Announced on the page of the place.")
        choices["let_out"] = DecisionChoice(
            _("Announce it"), announcements.let_out_meeting, done, compares=True
        )
    if not waits and found.called_off_at is None:
        done = _("Called off. The page says so until that day is over.")
        choices["call_off"] = DecisionChoice(
            _("Call off"), announcements.call_off_meeting, done, is_grave=True
        )
    return _announcement_page(
        request,
        found,
        choices,
        context={
            "meeting": found,
            "waits": waits,
            "refusal": hand_refusal(RELEASING, found.unit, found.all_hands)
            if waits and is_own
            else "",
        },
        numbers=check_meeting_numbers(found, by=request.officer) if waits else None,
        drop=announcements.drop_meeting,
        back="meetings",
    )


@require_http_methods(["GET", "POST"])
def desk_channel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One channel: let out by a second person, doubted by one, taken off by another."""
    visible = OfficialChannel.objects.visible_to(request.officer).on_the_list()
    found = get_object_or_404(
        visible.select_related("unit", "checked_by", "let_out_by", "doubted_by"), pk=pk
    )
    waits = found.let_out_at is None
    hands = found.all_hands
    if found.doubted_by_id is not None:
        hands = (found.doubted_by_id,)
    is_own = not tied_to(request.officer).isdisjoint(hands)
    to_decide = waits or found.doubted_at is not None
    return _announcement_page(
        request,
        found,
        _choices_of_channel(request, found, is_own=is_own),
        context={
            "channel": found,
            "waits": waits,
            "refusal": hand_refusal(RELEASING, found.unit, hands) if to_decide and is_own else "",
        },
        numbers=check_channel_numbers(found, by=request.officer) if waits else None,
        drop=announcements.drop_channel,
        back="desk-channels",
    )


def _choices_of_channel(
    request: HttpRequest, found: OfficialChannel, *, is_own: bool
) -> dict[str, DecisionChoice]:
    may_release = may_release_for(request.officer, found.unit)
    if found.let_out_at is None:
        done = _("It is on the public list now.")
        button = _("Put it on the list")
        one = DecisionChoice(button, announcements.let_out_channel, done, compares=True)
        return {"let_out": one} if may_release and not is_own else {}
    if found.doubted_at is None:
        done = _("The public list says now that nobody is to use it. A second person takes it off.")
        button = _("Take off the list")
        one = DecisionChoice(button, announcements.doubt_channel, done, is_grave=True)
        return {"doubt": one}
    choices = {}
    if may_release and not is_own:
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
    choices: dict[str, DecisionChoice],
    *,
    context: dict[str, Any],
    numbers: NumberCheck | None,
    drop: Callable[..., object],
    back: str,
) -> HttpResponse:
    """The page of one of them, and what is decided on it: each with the officer's own code."""
    form = DecideAnnouncementForm(request.POST or None)
    do = request.POST.get("do", "")
    if request.method == "POST" and do == "drop":
        return _decide_announcement(
            request, back, _("It waits no more."), lambda: drop(found.pk, by=request.officer)
        )
    if request.method == "POST" and do not in choices:
        messages.error(request, context["refusal"] or _("This is for somebody else to decide."))
        return redirect(request.path)
    if request.method == "POST" and form.is_valid():
        choice = choices[do]
        given = {"numbers": form.cleaned_data["numbers"]} if choice.compares else {}
        if choice.compares and numbers and numbers.digest != given["numbers"]:
            note_unticked(form)
        elif is_present(request.officer, form):
            return _decide_announcement(
                request,
                back,
                choice.done,
                lambda: choice.act(found.pk, by=request.officer, **given),
            )
    context |= {
        "form": form,
        "choices": choices,
        "numbers": numbers,
        "unit": found.unit,
        "let_out_by": found.let_out_by,
        "people": officers_with_hands(found.all_hands),
    }
    status = 422 if form.errors else 200
    return render(request, "community/desk/announcement.html", context, status=status)


def _decide_announcement(
    request: HttpRequest, back: str, done: str, act: Callable[[], object]
) -> HttpResponse:
    try:
        act()
    except AlreadyDecided as error:
        messages.warning(request, error.sentence)
    except NumbersUnchecked:
        messages.warning(request, _("The reports changed meanwhile: compare the numbers again."))
        return redirect(request.path)
    else:
        messages.success(request, done)
    return redirect(back)
