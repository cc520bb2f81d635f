"""Groups: the list with its silent ones, and the page of one."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.channels.by_hand import BY_HAND
from keng.kit import times
from keng.kit.pagination import ListPage
from keng.network.actions import groups as group_actions
from keng.network.actions.group_sheets import may_keep_network
from keng.network.desk.units import officer_units, requested_unit
from keng.network.forms.groups import (
    GroupFilter,
    GroupForm,
    group_channel_name,
)
from keng.network.models import Group, GroupKind
from keng.network.queries import groups as group_queries
from keng.network.queries import teams


@require_safe
def groups(request: HttpRequest) -> HttpResponse:
    """The list of groups, who is silent, who has no lead."""
    form = GroupFilter(request.GET, officer=request.officer)
    found = group_queries.filtered_groups(request.officer, **form.arguments())
    rows = group_queries.groups_by_kind(found)
    total = group_queries.sum_of_groups(rows, _("Sum, equals the list"))
    page = ListPage.of_request(request, total.groups)
    shown = list(found[page.start : page.end])
    for group in shown:
        group.channel_label = group_channel_name(group.channel)
        group.silent_days = _silent_days(group)
    context = {
        "form": form,
        "groups": shown,
        "kinds": rows,
        "total": total,
        "page": page,
        "may_import": may_keep_network(request.officer),
    }
    return render(request, "network/groups.html", context)


def _silent_days(group: Group) -> int:
    days = (times.now() - group.sign_at).days if group.is_by_hand else 0
    return days if days >= group_queries.GROUP_SILENT_AFTER.days else 0


def group_edit(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """Add a group (no pk) or correct one."""
    group = get_object_or_404(Group.objects.visible_to(request.officer), pk=pk) if pk else None
    unit = group.unit if group else requested_unit(request)
    form = GroupForm(
        request.POST or None,
        unit=unit,
        officer=request.officer,
        group=group,
        initial=_group_initial(group),
    )
    if request.method == "POST" and form.is_valid() and _save(request, form, group):
        messages.success(request, _("Saved: %(name)s") % {"name": form.cleaned_data["name"]})
        return redirect("groups")
    context = {
        "form": form,
        "group": group,
        "unit": unit,
        "units": officer_units(request),
        "team": _team_in_short(group),
    }
    return render(request, "network/group_edit.html", context)


def _save(request: HttpRequest, form: GroupForm, group: Group | None) -> bool:
    """Write down what the form holds; False, with a word at what is taken by now."""
    try:
        if group:
            group_actions.change_group(group.pk, form.entry(), by=request.officer)
        else:
            group_actions.add_group(form.entry(), by=request.officer)
    except group_actions.GroupNameTaken:
        form.refuse_name()
        return False
    except group_actions.GroupAddressTaken:
        form.refuse_address()
        return False
    return True


def _team_in_short(group: Group | None) -> dict[str, object] | None:
    """What a self-management team's page says in short."""
    if group is None or group.kind != GroupKind.TEAM:
        return None
    asked = [one for one in teams.asks_with_progress(group) if one.is_open]
    return {"turns": teams.turns_until_morning(group), "asked": asked}


@require_POST
def group_active(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a group out of use or back."""
    group = get_object_or_404(Group.objects.visible_to(request.officer), pk=pk)
    try:
        group_actions.set_group_active(group.pk, active=not group.is_active, by=request.officer)
    except group_actions.GroupAddressTaken as error:
        messages.error(request, error.sentence)
    return redirect("group-edit", pk=pk)


def _group_initial(group: Group | None) -> dict[str, object]:
    if group is None:
        return {"channel": BY_HAND, "member_count": 0}
    return {
        "name": group.name,
        "kind": group.kind,
        "place": group.place_id,
        "channel": group.channel,
        "channel_address": group.channel_address,
        "member_count": group.member_count,
        "officer_in_charge": group.officer_in_charge_id,
        "leads": [lead.pk for lead in group.leads.all()],
    }
