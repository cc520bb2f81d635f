"""Hamlets: the list, and the page of one."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.kit.pagination import rows_of_page
from keng.network.actions import hamlets as actions
from keng.network.actions.group_sheets import may_keep_network
from keng.network.forms.hamlets import HamletFilter, HamletForm
from keng.network.models import Group, Lead
from keng.network.queries import hamlets as queries
from keng.places.hamlet_names import HAMLET_KINDS
from keng.places.models import Place


@require_safe
def hamlets(request: HttpRequest) -> HttpResponse:
    """The hamlets of the officer's communes, with heads, groups and houses."""
    form = HamletFilter(request.GET, officer=request.officer)
    commune = form.chosen.get("place")
    found = queries.filtered_hamlets(
        request.officer, words=form.words, place=commune.pk if commune else None
    )
    shown, page = rows_of_page(request, found)
    context = {
        "form": form,
        "hamlets": queries.hamlet_lines(shown, request.officer),
        "page": page,
        "may_write": may_keep_network(request.officer),
    }
    return render(request, "network/hamlets.html", context)


def hamlet_edit(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """Add a hamlet (no pk) or correct one."""
    mine = queries.hamlets_of(request.officer).select_related("parent")
    hamlet = get_object_or_404(mine, pk=pk) if pk else None
    may_write = may_keep_network(request.officer)
    if not may_write and (hamlet is None or request.method == "POST"):
        raise PermissionDenied
    form = HamletForm(
        request.POST or None,
        officer=request.officer,
        hamlet=hamlet,
        initial=_initial(hamlet, request),
    )
    if request.method == "POST" and form.is_valid():
        try:
            if hamlet:
                saved = actions.change_hamlet(
                    hamlet.pk, form.draft(), leaves=form.leaves(), by=request.officer
                )
            else:
                saved = actions.add_hamlet(form.draft(), by=request.officer)
        except actions.HamletThere as error:
            form.add_error("name", str(error.sentence))
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": saved.full_name})
            return redirect("hamlets")
    former = queries.former_names([hamlet.pk]).get(hamlet.pk, []) if hamlet else []
    context = {"form": form, "hamlet": hamlet, "former": former, "may_write": may_write}
    return render(request, "network/hamlet_edit.html", context)


def _initial(hamlet: Place | None, request: HttpRequest) -> dict[str, object]:
    if hamlet is None:
        return {}
    kind = hamlet.full_name.removesuffix(hamlet.name).strip()
    head = Lead.objects.visible_to(request.officer).filter(head_of=hamlet).first()
    groups = Group.objects.visible_to(request.officer).filter(place=hamlet, is_active=True)
    return {
        "commune": hamlet.parent_id,
        "kind": kind if kind in HAMLET_KINDS else "Thôn",
        "name": hamlet.name,
        "household_count": hamlet.household_count,
        "head": head.pk if head else None,
        "groups": list(groups.values_list("pk", flat=True)),
    }
