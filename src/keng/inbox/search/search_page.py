"""Searching the tips, and searches kept under a name."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.inbox.list.row_view import row_views
from keng.inbox.search import search_acts
from keng.inbox.search.search_forms import NameReasonForm, SaveSearchForm, SearchForm
from keng.inbox.search.search_query import SearchResults, find_tips
from keng.kit.sql_names import alphabetically
from keng.tips import errors
from keng.tips.models import SavedSearch


@require_http_methods(["GET", "POST"])
def search(request: SignedInRequest) -> HttpResponse:
    """Results by GET, so that they have an address; a name of a person never gets into one."""
    data = request.POST if request.method == "POST" else request.GET
    form = SearchForm(data or None, officer=request.officer)
    wanted = form.search()
    if wanted.needs_a_reason:
        return _search_for_a_name(request, form)
    if request.method == "POST":
        return redirect(f"{reverse('search')}?{urlencode(form.as_query())}")
    found = find_tips(request.officer, wanted, after=request.GET.get("after", ""))
    context: dict[str, Any] = {"is_asked": bool(wanted), "save_form": SaveSearchForm()}
    if found.next_cursor:
        query = form.as_query() | {"after": found.next_cursor}
        context["older_url"] = f"{reverse('search')}?{urlencode(query)}"
    return _search_page(request, form, found, **context)


@require_POST
def search_keep(request: SignedInRequest) -> HttpResponse:
    """Keep the search under a name."""
    form = SearchForm(request.POST, officer=request.officer)
    named = SaveSearchForm(request.POST)
    wanted = form.search()
    if not named.is_valid() or not wanted:
        found = SearchResults() if wanted.needs_a_reason else find_tips(request.officer, wanted)
        return _search_page(request, form, found, 422, is_asked=bool(wanted), save_form=named)
    query = form.as_query()
    try:
        search_acts.save_search(named.cleaned_data["name"], query, by=request.officer)
    except errors.NamesAPerson:
        messages.warning(request, _("Not kept: a search for a person is not saved."))
        return redirect("search")
    except errors.TooManyChosen:
        most = {"most": search_acts.MOST_SAVED_SEARCHES}
        messages.warning(request, _("Not kept: you have %(most)d already. Remove one.") % most)
    else:
        messages.success(request, _("Kept. It stands with your folders."))
    return redirect(f"{reverse('search')}?{urlencode(query)}")


@require_POST
def search_remove(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Forget a search of one's own."""
    try:
        gone = search_acts.remove_search(pk, by=request.officer)
    except NotAllowed as error:
        raise Http404 from error
    messages.success(request, _("“%(name)s” is no longer kept.") % {"name": gone.name})
    return redirect("search")


def saved_links(request: SignedInRequest) -> list[dict[str, Any]]:
    """The officer's own searches, by name, each with its address."""
    here = request.GET.copy()
    here.pop("after", None)
    return [
        {
            "pk": each.pk,
            "label": each.name,
            "url": f"{reverse('search')}?{urlencode(each.query)}",
            "current": here == QueryDict(urlencode(each.query)),
        }
        for each in SavedSearch.objects.filter(officer=request.officer).order_by(alphabetically())
    ]


def _search_for_a_name(request: SignedInRequest, form: SearchForm) -> HttpResponse:
    """Ask why first; then the results, with the search on record. Never by an address."""
    why = NameReasonForm(request.POST if "reason" in request.POST else None)
    if "why" in request.POST and not why.is_bound:
        why = NameReasonForm(request.POST)
    if not (request.method == "POST" and why.is_bound and why.is_valid()):
        status = 422 if why.errors else 200
        return _search_page(request, form, SearchResults(), status, why=why, is_asked=False)
    found = find_tips(request.officer, form.search(), after=request.POST.get("after", ""))
    reason = why.cleaned_data["reason"]
    search_acts.record_name_search(reason=reason, found=len(found.rows), by=request.officer)
    again = form.as_query() | {"reason": reason, "after": found.next_cursor}
    return _search_page(request, form, found, is_asked=True, is_recorded=True, again=again)


def _search_page(
    request: SignedInRequest,
    form: SearchForm,
    found: SearchResults,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context |= {"search_form": form, "rows": row_views(found.rows), "saved": saved_links(request)}
    context |= {"next_cursor": found.next_cursor, "asked": form.as_query()}
    named = context.get("save_form")
    problem = context.get("why") or (named if named and named.is_bound else None)
    if problem is not None:
        context["form"] = problem
    return render(request, "inbox/search/search.html", context, status=status)
