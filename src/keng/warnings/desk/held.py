"""A warning that is held, since many more people would get it than were approved."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from keng.accounts.presence import is_present
from keng.accounts.who import RELEASING
from keng.acts.errors import NotAllowed
from keng.delivery.models import Dispatch
from keng.delivery.rights import may_stop_or_resend
from keng.releases.desk import release_refusal
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.warnings import actions
from keng.warnings.forms import LetGoForm
from keng.warnings.models import Version


def warning_held(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How many people were approved and how many there are now; a second person lets it go."""
    sent = Dispatch.objects.visible_to(request.officer).select_related("approval", "unit")
    dispatch = get_object_or_404(sent, pk=pk)
    if not dispatch.is_held:
        return redirect("dispatch", pk=pk)
    visible = Version.objects.visible_to(request.officer).select_related("warning__unit")
    version = get_object_or_404(visible, dispatch=dispatch)
    may = not release_refusal(request.officer, version, RELEASING)
    form = LetGoForm(request.POST or None)
    is_stale = False
    if may and form.is_bound and form.is_valid():
        # A number that is stale is said before the code is used up.
        is_stale = form.cleaned_data["people"] != dispatch.held_people
        if not is_stale and is_present(request.officer, form):
            return _let_go(request, version, dispatch, people=form.cleaned_data["people"])
    context = {
        "version": version,
        "dispatch": dispatch,
        "form": LetGoForm() if is_stale else form,
        "may_let_go": may,
        "may_stop": may_stop_or_resend(request.officer, dispatch),
        "stale": is_stale,
    }
    status = 409 if is_stale else 422 if form.errors else 200
    return render(request, "warnings/held.html", context, status=status)


def _let_go(
    request: HttpRequest, version: Version, dispatch: Dispatch, *, people: int
) -> HttpResponse:
    try:
        actions.let_held_go(version.pk, people=people, by=request.officer)
    except (NothingWaits, TextChanged) as error:
        messages.error(request, error.sentence)
    except (NotAllowed, HandInIt):
        messages.error(request, _("A second person has to let it go."))
    else:
        messages.success(request, _("Let go: it is on its way."))
    return redirect("dispatch", pk=dispatch.pk)
