"""What every page of a survey on the desk begins with."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from keng.acts.errors import NotAllowed
from keng.releases.desk import decided_meanwhile
from keng.releases.errors import NothingWaits
from keng.surveys import rights
from keng.surveys.actions.errors import LastDayOver, WrongState
from keng.surveys.models import Survey


def visible_survey(request: HttpRequest, pk: uuid.UUID) -> Survey:
    """A survey of the officer's units. Raises Http404."""
    people = ("author", "released_by")
    found = Survey.objects.visible_to(request.officer).select_related("unit", *people)
    return get_object_or_404(found, pk=pk)


def survey_to_write(request: HttpRequest, pk: uuid.UUID) -> Survey:
    """One that this officer may change. Raises Http404, NotAllowed."""
    found = visible_survey(request, pk)
    if not rights.may_write(request.officer, found):
        raise NotAllowed
    return found


def explains_refusal(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Say in words what stood in the way, and show the survey as it is now."""

    @wraps(view)
    def wrapped(request: HttpRequest, pk: uuid.UUID, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, pk, **kwargs)
        except NothingWaits:
            return decided_meanwhile(request, "survey-detail", pk=pk)
        except (WrongState, LastDayOver) as error:
            messages.error(request, error.sentence)
        except NotAllowed:
            messages.error(request, _("Your post does not do this for this desk."))
        return redirect("survey-detail", pk=pk)

    return wrapped
