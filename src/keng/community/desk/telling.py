"""Meetings and official channels of the own desk."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.community.actions import telling
from keng.community.forms import ChannelForm, MeetingForm
from keng.community.models import Meeting, OfficialChannel
from keng.community.rights import NotYours, own_desk, speaks
from keng.network.queries import places_of


@require_http_methods(["GET", "POST"])
def meetings(request: HttpRequest) -> HttpResponse:
    """What is announced, and one more."""
    officer = request.officer
    units = [own_desk(officer)] if speaks(officer) else []
    form = MeetingForm(request.POST or None, places=places_of(units))
    if request.method == "POST" and not units:
        raise Http404
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        telling.announce(
            place=said["place"], starts_at=said["starts_at"], venue=said["venue"],
            about=said["about"], by=officer,
        )  # fmt: skip
        messages.success(request, _("Announced on the page of the place."))
        return redirect("meetings")
    listed = Meeting.objects.visible_to(officer).upcoming().select_related("place", "unit")
    context = {"meetings": listed[:100], "form": form, "may_write": bool(units)}
    status = 422 if form.errors else 200
    return render(request, "community/desk/meetings.html", context, status=status)


@require_POST
def call_off(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It does not take place."""
    try:
        telling.call_off(pk, by=request.officer)
    except NotYours as error:
        raise Http404 from error
    messages.success(request, _("Called off. The page says so until that day is over."))
    return redirect("meetings")


@require_http_methods(["GET", "POST"])
def channels(request: HttpRequest) -> HttpResponse:
    """The list that residents compare with, and one more channel."""
    form = ChannelForm(request.POST or None)
    if request.method == "POST" and not speaks(request.officer):
        raise Http404
    if request.method == "POST" and form.is_valid():
        try:
            telling.list_channel(**form.cleaned_data, by=request.officer)
        except telling.ListedAlready:
            form.add_error("shown_as", _("This one is on the list already."))
        else:
            messages.success(request, _("It is on the public list now."))
            return redirect("desk-channels")
    listed = OfficialChannel.objects.visible_to(request.officer).in_use()
    context = {
        "channels": listed.select_related("unit", "checked_by")[:500], "form": form,
        "may_write": speaks(request.officer),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "community/desk/channels.html", context, status=status)


@require_POST
def check_channels(request: HttpRequest) -> HttpResponse:
    """All of the own desk's are right today."""
    try:
        count = telling.check_channels(by=request.officer)
    except NotYours as error:
        raise Http404 from error
    messages.success(request, _("Checked today: %(n)s channels.") % {"n": count})
    return redirect("desk-channels")


@require_POST
def end_channel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Off the list."""
    try:
        telling.end_channel(pk, by=request.officer)
    except NotYours as error:
        raise Http404 from error
    messages.success(request, _("Taken off the public list."))
    return redirect("desk-channels")
