"""A team's page on the desk: its rota, and what it is asked to do."""

import uuid
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.kit.ids import read_id
from keng.kit.sql_names import by_given_name
from keng.network.actions import teams as actions
from keng.network.actions.group_sheets import may_keep_network
from keng.network.forms.teams import TeamAskForm, TeamShiftForm, ask_initial, shift_initial
from keng.network.models import Group, GroupKind, TeamAsk, TeamShift
from keng.network.queries import teams


@require_safe
def team(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Rota, requests and how far they came; `over` names the shift that is handed over."""
    return _page(request, _team(request, pk))


@require_POST
def team_shift(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Put a shift on the rota, or hand one over."""
    group = _team(request, pk)
    _must_keep_network(request)
    form = TeamShiftForm(request.POST, group=group, auto_id="shift_%s")
    over = _shift_to_hand_over(group, request.POST.get("over", ""))
    if not form.is_valid():
        return _page(request, group, shift_form=form, over=over)
    actions.add_shift(
        group.pk, form.entry(), by=request.officer, instead_of=over.pk if over else None
    )
    done = _("Handed over. The earlier shift has ended.") if over else _("It stands on the rota.")
    messages.success(request, done)
    return redirect("team", pk=pk)


@require_POST
def team_shift_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a shift off the rota."""
    shift = get_object_or_404(TeamShift.objects.visible_to(request.officer), pk=pk)
    _must_keep_network(request)
    actions.end_shift(pk, by=request.officer)
    messages.success(request, _("The shift is off the rota."))
    return redirect("team", pk=shift.group_id)


@require_POST
def team_ask(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask the team for one thing."""
    group = _team(request, pk)
    _must_keep_network(request)
    form = TeamAskForm(request.POST, group=group, auto_id="ask_%s")
    if form.is_valid():
        said = form.cleaned_data
        try:
            actions.ask_team(group.pk, said["words"], until=said["until"], by=request.officer)
        except actions.TooManyAsks as error:
            form.add_error("words", error.sentence)
        else:
            messages.success(request, _("Asked. It stands on the page of the team’s leads."))
            return redirect("team", pk=pk)
    return _page(request, group, ask_form=form)


@require_POST
def team_ask_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask no longer."""
    made = get_object_or_404(TeamAsk.objects.visible_to(request.officer), pk=pk)
    _must_keep_network(request)
    actions.end_ask(pk, by=request.officer)
    messages.success(request, _("Taken back. What was answered stays."))
    return redirect("team", pk=made.group_id)


def _page(
    request: HttpRequest,
    group: Group,
    *,
    shift_form: TeamShiftForm | None = None,
    ask_form: TeamAskForm | None = None,
    over: TeamShift | None = None,
) -> HttpResponse:
    over = over or _shift_to_hand_over(group, request.GET.get("over", ""))
    is_wrong = shift_form is not None or ask_form is not None
    first = shift_initial(over)
    context: dict[str, Any] = {
        "group": group,
        "rota": [(s, teams.shift_day(s), teams.shift_holder(s)) for s in teams.rota_of(group)],
        "turns": teams.turns_until_morning(group),
        "asked": teams.asks_with_progress(group),
        "leads": group.leads.filter(stopped_at__isnull=True).order_by(*by_given_name()),
        "over": over,
        "over_words": (teams.shift_day(over), teams.shift_holder(over)) if over else None,
        "wrong": shift_form or ask_form,
        "may_keep": may_keep_network(request.officer) and group.is_active,
        "shift_form": shift_form or TeamShiftForm(group=group, auto_id="shift_%s", initial=first),
        "ask_form": ask_form or TeamAskForm(group=group, auto_id="ask_%s", initial=ask_initial()),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_wrong else HTTPStatus.OK
    return render(request, "network/team.html", context, status=status)


def _team(request: HttpRequest, pk: uuid.UUID) -> Group:
    found = Group.objects.visible_to(request.officer).filter(kind=GroupKind.TEAM)
    return get_object_or_404(found.select_related("place", "unit"), pk=pk)


def _shift_to_hand_over(group: Group, key: str) -> TeamShift | None:
    pk = read_id(key)
    return next((shift for shift in teams.rota_of(group) if shift.pk == pk), None)


def _must_keep_network(request: HttpRequest) -> None:
    if not may_keep_network(request.officer):
        raise PermissionDenied
