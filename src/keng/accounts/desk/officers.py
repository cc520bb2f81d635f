"""Looking after accounts: for administrators, and only those of their own units."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts import actions, closing, requesting
from keng.accounts.forms import OfficerForm, OfficersFilter, PostForm, PresenceForm
from keng.accounts.models import Officer, OfficerRequest
from keng.accounts.presence import is_present
from keng.accounts.queries import manageable_officers, manageable_units, officers_with_words
from keng.accounts.vouching import takes_two_people
from keng.kit import times
from keng.kit.pagination import rows_of_page
from keng.places.models import Unit


@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """Who works in the administrator's units, with their posts."""
    form = OfficersFilter(request.GET, units=_units_or_404(request))
    unit = form.chosen.get("unit")
    found = officers_with_words(request.officer, words=form.words, unit=unit.pk if unit else None)
    rows, page = rows_of_page(request, found)
    today = times.local_date(times.now())
    for row in rows:
        row.present = [p for p in row.shown_posts if p.valid_to is None or p.valid_to >= today]
    context = {"page": page, "rows": rows, "filter": form}
    return render(request, "accounts/desk/officers.html", context)


@require_http_methods(["GET", "POST"])
def officer_add(request: HttpRequest) -> HttpResponse:
    """Ask for a new officer. What they sign in with they choose themselves, once two agreed."""
    form = OfficerForm(request.POST or None, units=_units_or_404(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = given.pop("unit")
        try:
            asked = requesting.ask_for_officer(unit_id=unit.pk, by=request.officer, **given)
        except actions.UsernameTaken as error:
            form.add_error("username", error.sentence)
        else:
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("officer-request", pk=asked.pk)
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/officer_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def officer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One officer: posts, one more post, a new sign-in, and the end of the account."""
    units = _units_or_404(request)
    form = PostForm(request.POST or None, units=units)
    found = get_object_or_404(manageable_officers(request.officer), pk=pk)
    if request.method == "POST" and form.is_valid():
        answer = _give_or_ask_for_post(request, found, form)
        if answer is not None:
            return answer
    return _officer_page(request, pk, form=form)


def _officer_page(
    request: HttpRequest,
    pk: uuid.UUID,
    *,
    form: PostForm | None = None,
    close_form: PresenceForm | None = None,
) -> HttpResponse:
    """The officer's page, with the form that was sent, if one was."""
    post_form = form or PostForm(None, units=_units_or_404(request))
    asked = OfficerRequest.objects.visible_to(request.officer).open().filter(officer=pk)
    sent = close_form or post_form
    context = {
        "shown": get_object_or_404(manageable_officers(request.officer), pk=pk),
        "form": post_form,
        "close_form": close_form or PresenceForm(),
        "is_closing": close_form is not None,
        "sent": sent,
        "today": times.local_date(times.now()),
        "requests": asked.select_related("unit").order_by("id"),
    }
    status = 422 if sent.errors else 200
    return render(request, "accounts/desk/officer.html", context, status=status)


def _give_or_ask_for_post(
    request: HttpRequest, found: Officer, form: PostForm
) -> HttpResponse | None:
    """Give the post, or ask for it where two people give it; None where the form says why not."""
    given = dict(form.cleaned_data)
    unit = given.pop("unit")
    try:
        if takes_two_people(found, unit, given["role"]):
            asked = requesting.ask_for_post(found.pk, unit_id=unit.pk, by=request.officer, **given)
            messages.success(request, _("Asked for. A second person decides."))
            return redirect("officer-request", pk=asked.pk)
        actions.add_post(found.pk, unit_id=unit.pk, by=request.officer, **given)
    except (
        actions.OwnPost,
        actions.NeedsTwoPeople,
        actions.AccountClosed,
        requesting.AskedAlready,
    ) as error:
        form.add_error(None, error.sentence)
    else:
        messages.success(request, _("The post is added."))
        return redirect("officer", pk=found.pk)
    return None


@require_POST
def officer_renew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask for a new sign-in for somebody who lost a phone or forgot a password."""
    try:
        asked = requesting.ask_for_renewal(pk, by=request.officer)
    except (actions.OwnCredentials, requesting.AskedAlready) as error:
        messages.warning(request, error.sentence)
        return redirect("officer", pk=pk)
    messages.success(request, _("Asked for. A second person decides."))
    return redirect("officer-request", pk=asked.pk)


@require_POST
def officer_close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Close an account with the own six digits: it signs in no more."""
    form = PresenceForm(request.POST)
    try:
        # What will be refused is refused before the code is used up.
        closing.check_closable(pk, by=request.officer)
        if not form.is_valid() or not is_present(request.officer, form):
            return _officer_page(request, pk, close_form=form)
        closed = closing.close_account(pk, by=request.officer)
    except (closing.LastAdministrator, closing.LastAuditor) as error:
        messages.warning(request, error.sentence)
        return redirect("officer", pk=pk)
    if closed.pk == request.officer.pk:
        return redirect("sign-in")
    messages.success(request, _("The account of %(officer)s is closed.") % {"officer": closed})
    return redirect("officers")


@require_POST
def post_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a post at once."""
    try:
        post = actions.end_post(pk, by=request.officer)
    except (actions.OwnAdministration, actions.PostOver, closing.LastAuditor) as error:
        messages.warning(request, error.sentence)
        return redirect("officers")
    messages.success(request, _("%(officer)s no longer has this post.") % {"officer": post.officer})
    return redirect("officers")


def _units_or_404(request: HttpRequest) -> list[Unit]:
    units = manageable_units(request.officer)
    if not units:
        raise Http404
    return units
