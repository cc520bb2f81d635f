"""Looking after accounts: for administrators, and only those of their own units."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts import actions
from keng.accounts.forms import OfficerForm, OfficersFilter, PostForm
from keng.accounts.queries import listed, manageable_officers, manageable_units
from keng.accounts.second_factor import app_address
from keng.kit import qr, times
from keng.places.models import Unit


@require_GET
def officers(request: HttpRequest) -> HttpResponse:
    """Who works in the administrator's units, with their posts."""
    form = OfficersFilter(request.GET, units=_units_or_404(request))
    asked = form.cleaned_data if form.is_valid() else {}
    number = request.GET.get("page", "1")
    page = listed(
        request.officer,
        words=asked.get("q") or "",
        unit=asked["unit"].pk if asked.get("unit") else None,
        page=int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1,
    )
    today = times.local_date(times.now())
    for row in page:
        row.present = [p for p in row.shown_posts if p.valid_to is None or p.valid_to >= today]
    context = {"page": page, "rows": page.object_list, "filter": form}
    context["is_asked"] = any(asked.values())
    if page.has_previous():
        context["before_url"] = _at_page(request, page.previous_page_number())
    if page.has_next():
        context["after_url"] = _at_page(request, page.next_page_number())
    return render(request, "accounts/desk/officers.html", context)


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """A new officer. What they sign in with is shown once, on the answer to this form."""
    form = OfficerForm(request.POST or None, units=_units_or_404(request))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = given.pop("unit")
        try:
            made = actions.add_officer(unit_id=unit.pk, by=request.officer, **given)
        except actions.UsernameTaken:
            form.add_error("username", _("Somebody signs in with this name already."))
        else:
            return _show_once(request, made)
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/officer_add.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def officer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One officer: posts, one more post, and new credentials."""
    units = _units_or_404(request)
    found = get_object_or_404(manageable_officers(request.officer), pk=pk)
    form = PostForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        unit = given.pop("unit")
        try:
            actions.add_post(found.pk, unit_id=unit.pk, by=request.officer, **given)
        except actions.OwnPost:
            form.add_error(None, _("Another administrator must give you a post."))
        else:
            messages.success(request, _("The post is added."))
            return redirect("officer", pk=pk)
    context = {"shown": found, "form": form, "today": times.local_date(times.now())}
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/officer.html", context, status=status)


@require_POST
def renew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A new password and secret for somebody who lost a phone or forgot a password."""
    try:
        made = actions.renew_credentials(pk, by=request.officer)
    except actions.NotManaged as error:
        raise Http404 from error
    except actions.OwnCredentials:
        messages.warning(request, _("Another administrator must make new ones for you."))
        return redirect("officer", pk=pk)
    return _show_once(request, made)


@require_POST
def end_post(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End a post at once."""
    try:
        post = actions.end_post(pk, by=request.officer)
    except actions.NotManaged as error:
        raise Http404 from error
    except actions.OwnPost:
        messages.warning(request, _("Another administrator must end this post of yours."))
        return redirect("officers")
    messages.success(request, _("%(officer)s no longer has this post.") % {"officer": post.officer})
    return redirect("officers")


def _show_once(request: HttpRequest, made: actions.Credentials) -> HttpResponse:
    """The only page that ever shows a password; it is the answer to a POST and has no address."""
    address = app_address(made.officer.username, made.totp_secret)
    context = {"made": made, "picture": qr.drawn(address)}
    return render(request, "accounts/desk/credentials.html", context)


def _at_page(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def _units_or_404(request: HttpRequest) -> list[Unit]:
    units = manageable_units(request.officer)
    if not units:
        raise Http404
    return units
