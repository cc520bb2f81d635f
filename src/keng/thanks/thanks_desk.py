"""Thanks to groups on the desk: what the machine offers, what waits, and what was sent."""

import functools
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.accounts.who import RELEASING, WORKING
from keng.acts.errors import Refused
from keng.kit.ids import read_id
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.kit.sql_names import alphabetically
from keng.language.taxonomy import category_label
from keng.network.models import Group
from keng.network.queries.places import places_of
from keng.releases.desk import decide_release, decided_meanwhile
from keng.releases.errors import HandInIt, NothingWaits
from keng.thanks import group_thanks
from keng.thanks.errors import GroupsGotEnough, ReportsChanged
from keng.thanks.forms import NobodyCouldGuessForm, SomebodyCouldGuessForm, ThanksForm
from keng.thanks.models import GroupThanks
from keng.thanks.offers import possible_thanks
from keng.thanks.spread import spread_of_thanks
from keng.thanks.wording import text_of_thanks


@require_safe
def thanks_list(request: SignedInRequest) -> HttpResponse:
    """For what groups can be thanked now, and what became of earlier thanks."""
    officer = request.officer
    unit = group_thanks.desk_that_thanks(officer)
    visible = GroupThanks.objects.visible_to(officer).select_related("place", "unit")
    chosen = ListFilter(request.GET, words_label=_("Words or place"))
    rows = rows_with_words(visible.order_by("-id"), chosen.words, "text", "place__full_name")
    listed, page = rows_of_page(request, rows)
    context = {
        "possible": possible_thanks(unit, officer=officer) if unit else [],
        "listed": listed,
        "page": page,
        "filter": chosen,
    }
    return render(request, "thanks/thanks_list.html", context)


@require_http_methods(["GET", "POST"])
def thanks_new(request: SignedInRequest) -> HttpResponse:
    """The text that the machine offers for `place` and `category`, and to which groups it goes."""
    officer = request.officer
    unit = group_thanks.desk_that_thanks(officer)
    if unit is None:
        raise Http404
    key, category = read_id(request.GET.get("place", "")), request.GET.get("category", "")
    if key is None:
        return redirect("thanks-list")
    where = get_object_or_404(places_of(officer.unit_ids), pk=key)
    groups = group_thanks.groups_to_thank(unit, where)
    form = ThanksForm(request.POST if request.method == "POST" else None, groups=groups)
    try:
        if request.method == "POST" and form.is_valid():
            chosen = [uuid.UUID(key) for key in form.cleaned_data["groups"]]
            thanks = group_thanks.propose_thanks(where, category, group_ids=chosen, by=officer)
            messages.success(request, _("Handed in: a second person sends it."))
            return redirect("thanks", pk=thanks.pk)
        counted = group_thanks.reports_to_thank_for(unit, where, category, officer=officer)
    except Refused as error:
        messages.warning(request, error.sentence)
        return redirect("thanks-list")
    context = {
        "form": form,
        "place": where,
        "category": category_label(category),
        "text": text_of_thanks(counted.tips, category=category, place=where, unit=unit),
    }
    status = 422 if form.errors else 200
    return render(request, "thanks/thanks_new.html", context, status=status)


@require_http_methods(["GET", "POST"])
def thanks(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One word of thanks: the second person says whether anybody could guess who reported."""
    officer = request.officer
    visible = GroupThanks.objects.visible_to(officer)
    thanks = get_object_or_404(visible.select_related("unit", "place", "released_by"), pk=pk)
    is_refusal = request.method == "POST" and "reason" in request.POST
    could_guess = SomebodyCouldGuessForm(request.POST if is_refusal else None)
    try:
        if request.POST.get("do") == "drop":
            group_thanks.drop_thanks(thanks.pk, by=officer)
            return _nothing_sent(request)
        if is_refusal and could_guess.is_valid():
            group_thanks.refuse_thanks(
                thanks.pk, reason=could_guess.cleaned_data["reason"], by=officer
            )
            return _nothing_sent(request)
        panel, sent = decide_release(
            request,
            thanks,
            which=RELEASING,
            let_out=functools.partial(group_thanks.send_thanks, thanks.pk),
            form=NobodyCouldGuessForm,
        )
    except NothingWaits:
        return decided_meanwhile(request, request.path)
    except (ReportsChanged, GroupsGotEnough, HandInIt) as error:
        messages.warning(request, error.sentence)
        return redirect(request.path)
    if sent is not None:
        messages.success(request, _("Sent: it goes to the groups like any other message."))
        return redirect(request.path)
    groups = Group.objects.filter(pk__in=thanks.group_ids).order_by(alphabetically())
    is_waiting = thanks.is_waiting
    context = {
        "panel": panel,
        "thanks": thanks,
        "could_guess": could_guess,
        "category": category_label(thanks.category),
        "groups": groups,
        "spread": spread_of_thanks(thanks, groups, officer=officer) if is_waiting else None,
        "may_drop": is_waiting and WORKING.may_act_for(officer, thanks.unit),
    }
    status = 422 if could_guess.errors else panel.status
    return render(request, "thanks/thanks.html", context, status=status)


def _nothing_sent(request: SignedInRequest) -> HttpResponse:
    messages.success(request, _("Nothing is sent. Its reports can count in other thanks."))
    return redirect(request.path)
