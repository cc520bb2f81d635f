"""Receiving warnings by e-mail: ask, confirm from the mailbox, stop in one tap."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from keng.channels.email import Email
from keng.delivery.actions import subscribing as actions
from keng.kit.sql_names import alphabetically
from keng.limits.shared import SharedLimit
from keng.network import secret_links
from keng.network.actions import subscriptions
from keng.network.actions.subscriptions import SubscriptionRequest
from keng.network.forms.subscriptions import SubscribeForm
from keng.places.models import Place, Unit
from keng.places.place_cookie import chosen_place
from keng.places.search import find_places

_MOST_FOUND = 8
_HOUR = 3600
# A hall full of people has one network, and whoever fills strangers' mailboxes has one too.
letters_per_network = SharedLimit(
    "letter",
    at_once=settings.SUBSCRIBE_NETWORK_HOURLY,
    pause=_HOUR / settings.SUBSCRIBE_NETWORK_HOURLY,
)


def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. The answer is the same whether the address was known or not."""
    if actions.mailbox_account() is None:
        return render(request, "delivery/subscribe_closed.html")
    form = _subscribe_form(request)
    is_search = form.is_bound and form.asks_to_search
    status, wait = 200, 0
    if form.is_bound and not is_search and form.is_valid():
        status, wait = _ask_from_form(request, form)
        if not wait:
            return redirect("subscribe-sent")
    query = form.data.get("q", "").strip()[:120] if is_search else ""
    found = _places_found(query)
    ticked = _ticked_places(form, request)
    boxes = [*ticked, *(row for row in found if row not in ticked)]
    context = {
        # A search is no mistake: what is still empty is not called an error yet.
        "form": _form_without_errors(form) if is_search else form,
        "query": query,
        "boxes": boxes,
        "ticked": {place.pk for place in ticked},
        "nothing_found": bool(query) and not found,
        "puzzle": letters_per_network.puzzle(request),
    }
    response = render(request, "delivery/subscribe.html", context, status=status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _subscribe_form(request: HttpRequest) -> SubscribeForm:
    language = get_language() or "vi"
    return SubscribeForm(
        request.POST or None, offered=_offered_places(), initial={"language": language}
    )


def _form_without_errors(form: SubscribeForm) -> SubscribeForm:
    typed = {name: form.data.get(name, "") for name in ("email", "language")}
    typed["kinds"] = form.data.getlist("kinds")
    return SubscribeForm(offered=_offered_places(), initial=typed)


def _ask_from_form(request: HttpRequest, form: SubscribeForm) -> tuple[int, int]:
    """The status of the answer, and in how many seconds to come again; 0 when it was taken."""
    if wait := letters_per_network.seconds_to_wait(request):
        form.add_error(
            "email", _("Many letters were asked for from your network. Try again later.")
        )
        return 429, wait
    chosen = form.cleaned_data
    wish = SubscriptionRequest(
        channel=Email.code,
        address=chosen["email"],
        place_ids=tuple(place.pk for place in chosen["places"]),
        kinds=tuple(chosen["kinds"]),
        language=chosen["language"],
    )
    try:
        actions.ask_to_subscribe(wish)
    except subscriptions.TooManyLetters:
        form.add_error("email", _("Very many people are asking right now. Try again in an hour."))
        return 503, _HOUR
    return 302, 0


def _offered_places() -> QuerySet[Place]:
    """Communes of the provinces that have a desk here."""
    ours = Unit.objects.values("province_code")
    communes = (Place.Kind.WARD, Place.Kind.COMMUNE, Place.Kind.SPECIAL_ZONE)
    return Place.objects.filter(province_code__in=ours, kind__in=communes, valid_to__isnull=True)


def _places_found(query: str) -> list[Place]:
    """What the words may mean, as far as one can have its warnings; without words nothing."""
    today: list[Place] = []
    for match in find_places(query, limit=20):
        for place in match.split_into or [match.place]:
            whole = _commune_of(place)
            if whole not in today:
                today.append(whole)
    allowed = set(_offered_places().filter(pk__in=[place.pk for place in today]))
    return [place for place in today if place in allowed][:_MOST_FOUND]


def _commune_of(place: Place) -> Place:
    """A hamlet's warnings are those of its commune."""
    is_inside = place.kind == Place.Kind.HAMLET and place.parent is not None
    return place.parent if is_inside and place.parent else place


def _ticked_places(form: SubscribeForm, request: HttpRequest) -> list[Place]:
    """What is ticked on the page; at first the place this visitor sees the home page of."""
    if form.is_bound:
        field: Any = form.fields["places"]
        try:
            return list(field.clean(form.data.getlist("places")).order_by(alphabetically()))
        except ValidationError:
            return []
    near = chosen_place(request)
    return list(_offered_places().filter(pk=near.pk)) if near else []


@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """A letter is on its way."""
    return render(request, "delivery/subscribe_sent.html")


def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page the letter leads to. Opening it confirms nothing: mail services open links, too."""
    subscription = secret_links.subscription_to_confirm(token)
    if subscription is None or subscription.stopped_at:
        raise Http404
    if request.method == "POST":
        subscriptions.confirm_subscription(subscription)
        return redirect("subscription-confirm", token=token)
    places = subscription.places.order_by(alphabetically())
    context = {
        "subscription": subscription,
        "places": places,
        "token": token,
        "stop_token": secret_links.stop_token(subscription),
    }
    return render(request, "delivery/subscription_confirm.html", context)


# RFC 8058: the mail service posts here by itself, with no cookie and no token of a form. The token
# in the address is the only thing it can have, and all it can do is end a subscription.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def subscription_stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a button, POST ends the subscription and answers 200 without a redirect."""
    subscription = secret_links.subscription_to_stop(token)
    if subscription is None:
        raise Http404
    if request.method == "POST":
        actions.stop_subscription(subscription)
        subscription.refresh_from_db()
    context = {"is_stopped": subscription.stopped_at is not None, "token": token}
    return render(request, "delivery/subscription_stop.html", context)
