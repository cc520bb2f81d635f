"""What stands in the way of a decision is said in plain words, and nothing typed is lost."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.decisions.viewing import note_first_read
from keng.inbox.tip.after_decision import back_to_tip
from keng.inbox.tip.timeline import events_since
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.tips import errors
from keng.tips.errors import error_sentence
from keng.tips.page_version import changes_since

# What an officer writes by hand in the forms of a tip; the rest of a form is chosen, not typed.
_TYPED = ("text", "reply", "reason", "note")


def explains_refusals(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For acts on one tip: what stands in the way is said on a page that keeps the words."""

    @wraps(view)
    def wrapper(request: SignedInRequest, pk: uuid.UUID, **kwargs: Any) -> HttpResponse:
        try:
            # Whoever goes on to do something with a tip has read it, however short it was open.
            note_first_read(pk, by=request.officer)
            return view(request, pk, **kwargs)
        except NotAllowed as error:
            if not _typed_words(request):
                raise Http404 from error
            # The same for a tip that went elsewhere and for one that never was.
            return render(
                request, "inbox/tip/gone.html", {"typed": _typed_words(request)}, status=404
            )
        except errors.ChangedMeanwhile as error:
            return _conflict_page(request, pk, error)
        except (errors.CannotDecide, errors.CannotSeal) as error:
            if _typed_words(request):
                return _conflict_page(request, pk, error)
            messages.warning(request, error_sentence(error))
            return back_to_tip(request, pk)

    return wrapper


def _conflict_page(
    request: SignedInRequest, pk: uuid.UUID, error: errors.CannotDecide | errors.CannotSeal
) -> HttpResponse:
    """Nothing was done: what happened meanwhile, the words typed, and one click to go on."""
    found = tip_or_404(request, pk)
    context = tip_context(request, found, place=request.POST.get("from", "page"))
    news = changes_since(found, request.POST.get("seen", ""), request.officer)
    kept = {"csrfmiddlewaretoken", "seen", *_TYPED}
    context |= {
        "events": events_since(found, news, request.officer),
        "explained": error_sentence(error),
        "may_go_on": isinstance(error, errors.ChangedMeanwhile),
        "typed": _typed_words(request),
        "sent": [(key, value) for key, value in request.POST.items() if key not in kept],
    }
    return render(request, "inbox/tip/conflict.html", context, status=409)


def _typed_words(request: SignedInRequest) -> dict[str, str]:
    return {name: request.POST[name] for name in _TYPED if request.POST.get(name, "").strip()}
