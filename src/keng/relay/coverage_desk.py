"""Coverage: whom warnings reached, who has not passed them on, and looking with own eyes."""

import uuid

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.delivery.models import RelayTask
from keng.kit.list_filter import ListFilter
from keng.kit.numbers import whole_number
from keng.kit.pagination import rows_of_page
from keng.relay import coverage as queries
from keng.relay import establishment_reach
from keng.relay import relay_acts as actions
from keng.relay.commune_reach import reach_of_commune
from keng.relay.coverage_map import tile_map
from keng.relay.rooms import MOST_HOUSES, TooManyEstablishments, note_rooms_told


@require_safe
def coverage(request: SignedInRequest) -> HttpResponse:
    """The warnings of the last 30 days together."""
    found = queries.recent_dispatches(request.officer)
    keys = [dispatch.pk for dispatch in found]
    together = queries.coverage_of_dispatches(keys, officer=request.officer)
    counted = [each for each in found if each.pk in together.dispatches]
    chosen = ListFilter(request.GET, words_label=_("Words of the warning"))
    named = queries.dispatches_with_words(keys, chosen.words) if chosen.words else set(keys)
    shown, page = rows_of_page(request, [each for each in counted if each.pk in named])
    prefetch_related_objects(shown, "texts")
    rows = [(each, queries.title_of_dispatch(each), together.dispatches[each.pk]) for each in shown]
    context = {
        "rows": rows,
        "page": page,
        "filter": chosen,
        "preparing": [each for each in found if each.is_being_prepared],
        "held": [each for each in found if each.is_held],
        "coverage": together,
        "levels": queries.relay_levels(keys, officer=request.officer),
        "map": tile_map(together, officer=request.officer),
    }
    return render(request, "relay/coverage.html", context)


@require_safe
def dispatch_coverage(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One warning."""
    dispatch = get_object_or_404(
        queries.dispatches_for(request.officer).select_related("unit").prefetch_related("texts"),
        pk=pk,
    )
    reached = queries.coverage_of_dispatches([pk], officer=request.officer)
    context = {
        "dispatch": dispatch,
        "title": queries.title_of_dispatch(dispatch),
        "coverage": reached,
        "levels": queries.relay_levels([pk], officer=request.officer),
        "map": tile_map(reached, officer=request.officer),
        "waiting": queries.waiting_leads(dispatch, officer=request.officer),
        "waiting_below": queries.open_tasks_by_unit(dispatch, officer=request.officer),
        "houses": establishment_reach.reach_by_kind(dispatch, officer=request.officer),
        "asked": establishment_reach.groups_with_rooms(dispatch, officer=request.officer),
        "sample": queries.sample_to_check(dispatch, officer=request.officer),
    }
    return render(request, "relay/coverage_dispatch.html", context)


@require_safe
def coverage_place(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One commune: its kinds and its hamlets."""
    found = reach_of_commune(pk, officer=request.officer)
    if found is None:
        raise Http404
    return render(request, "relay/coverage_place.html", {"found": found})


@require_POST
def relay_seen(request: SignedInRequest, task: uuid.UUID) -> HttpResponse:
    """The officer saw it in the group, or takes that back."""
    found = get_object_or_404(RelayTask.objects.visible_to(request.officer), pk=task)
    actions.mark_seen(found.pk, by=request.officer, seen=request.POST.get("seen") != "no")
    return redirect("dispatch-coverage", pk=found.dispatch_id)


@require_POST
def relay_rooms_told(request: SignedInRequest, task: uuid.UUID) -> HttpResponse:
    """A lead told the officer in how many houses the rooms know."""
    found = get_object_or_404(
        RelayTask.objects.visible_to(request.officer).filter(
            group__isnull=False, confirmed_at__isnull=False
        ),
        pk=task,
    )
    count = whole_number(request.POST.get("houses", ""), most=MOST_HOUSES)
    try:
        if count is None:
            messages.warning(request, _("Write digits only"))
        else:
            note_rooms_told(found.pk, count, by=request.officer)
            messages.success(request, _("Saved."))
    except TooManyEstablishments as error:
        messages.warning(request, error.sentence)
    return redirect("dispatch-coverage", pk=found.dispatch_id)
