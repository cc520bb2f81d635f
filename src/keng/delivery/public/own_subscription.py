"""What somebody receives, by their own link: confirmed, seen, changed, taken along, stopped."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from keng.channels import facts_of
from keng.delivery.actions import subscribing as actions
from keng.delivery.digest_times import next_digest_time
from keng.delivery.public.place_choice import PlaceChoice
from keng.delivery.public.week_limits import week_limits
from keng.delivery.queries.digests import waiting_for_digest
from keng.kit import times
from keng.kit.sql_names import alphabetically
from keng.kit.web_app import worker_response
from keng.network import secret_links
from keng.network.actions import subscriptions
from keng.network.forms.subscriptions import ChoicesForm
from keng.network.models import Subscription

_KEPT = "kept"


def subscription_confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The page the letter leads to. Opening it confirms nothing: mail services open links, too."""
    subscription = secret_links.subscription_to_confirm(token)
    if subscription is None or subscription.stopped_at:
        raise Http404
    if request.method == "POST":
        subscriptions.confirm_subscription(subscription)
        return redirect("subscription-confirm", token=token)
    context = {
        "subscription": subscription,
        "places": subscription.places.order_by(alphabetically()),
        "token": token,
        "stop_token": secret_links.stop_token(subscription),
    }
    return render(request, "delivery/subscription_confirm.html", context)


def own_subscription(request: HttpRequest, token: str) -> HttpResponse:
    """What is kept of it, and the form to choose anew."""
    subscription = _live_subscription(token)
    if not subscription.is_of_places:
        context = {"subscription": subscription, "way": _way_words(subscription), "token": token}
        return render(request, "delivery/own_request.html", context)
    form = ChoicesForm(
        request.POST or None,
        offered=PlaceChoice.offered(),
        week_limits=week_limits(),
        initial=_choices_of(subscription),
    )
    is_search = form.is_bound and form.asks_to_search
    if form.is_bound and not is_search and form.is_valid():
        if not subscriptions.change_subscription(subscription, form.choices):
            return redirect("subscription-stop", token=token)
        return redirect(f"{reverse('own-subscription', args=[token])}?{_KEPT}=1")
    places = list(subscription.places.order_by(alphabetically()))
    if is_search:
        names = ("severity", "quiet_from", "quiet_to", "week_limit", "language")
        typed = {name: form.data.get(name, "") for name in names}
        typed["kinds"] = form.data.getlist("kinds")
        shown = ChoicesForm(offered=PlaceChoice.offered(), week_limits=week_limits(), initial=typed)
    else:
        shown = form
    context = {
        "form": shown,
        "choice": PlaceChoice.of_request(request, form, is_search=is_search, chosen_before=places),
        "places": places,
        "subscription": subscription,
        "way": _way_words(subscription),
        "is_kept": _KEPT in request.GET,
        "waiting": waiting_for_digest(subscription),
        "next_digest": next_digest_time(times.now()),
        "token": token,
    }
    return render(request, "delivery/own_subscription.html", context)


@require_safe
def own_subscription_data(request: HttpRequest, token: str) -> HttpResponse:
    """Everything that is kept of it, as a file; the address is sealed and cannot be read here."""
    subscription = _live_subscription(token)
    quiet = (subscription.quiet_from, subscription.quiet_to)
    kept = {
        "way": subscription.channel,
        "address": "sealed: only the process that sends can open it",
        "places": [
            {"code": place.code, "name": place.full_name}
            for place in subscription.places.order_by(alphabetically())
        ],
        "only_what_concerns": subscription.kinds,
        "at_least_severity": subscription.minimum_severity,
        "in_peace_between": [f"{hour:%H:%M}" for hour in quiet if hour is not None],
        "at_most_a_week": subscription.week_limit,
        "waiting_for_the_digest": [
            {"title": one.title, "since": one.since.isoformat()}
            for one in waiting_for_digest(subscription)
        ],
        "language": subscription.language,
        "told_once_when_over": subscription.warning_code,
        "asked_at": subscription.asked_at.isoformat(),
        "confirmed_at": subscription.confirmed_at and subscription.confirmed_at.isoformat(),
    }
    response = JsonResponse(kept, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response.headers["Content-Disposition"] = 'attachment; filename="keng-subscription.json"'
    return response


# RFC 8058: the mail service posts here by itself, with no cookie and no token of a form; so does
# the script of a browser that was told to stop. The token in the address is the only thing they can
# have, and all it can do here is end a subscription.
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
    context = {
        "is_stopped": subscription.stopped_at is not None,
        "is_confirmed": subscription.confirmed_at is not None,
        "is_of_places": subscription.is_of_places,
        "token": token,
    }
    return render(request, "delivery/subscription_stop.html", context)


@require_safe
def subscriber_worker(request: HttpRequest) -> HttpResponse:
    """The script that shows a warning which was asked for, and catches what is shared."""
    return worker_response(
        "subscriber-sw.js", shared_at=reverse("share-target"), shared_page=reverse("share")
    )


def _live_subscription(token: str) -> Subscription:
    """The confirmed one of this link. Raises Http404, also once it was stopped."""
    subscription = secret_links.subscription_to_stop(token)
    if subscription is None or subscription.stopped_at or subscription.confirmed_at is None:
        raise Http404
    return subscription


def _choices_of(subscription: Subscription) -> dict[str, object]:
    return {
        "kinds": subscription.kinds,
        "severity": subscription.minimum_severity,
        "quiet_from": subscription.quiet_from,
        "quiet_to": subscription.quiet_to,
        "week_limit": subscription.week_limit,
        "language": subscription.language,
    }


def _way_words(subscription: Subscription) -> str:
    facts = facts_of(subscription.channel)
    return str(facts.name) if facts else subscription.channel
