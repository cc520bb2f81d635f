"""Asking for warnings: what is chosen, by which way, and what is still to do for it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keng.channels.ssrf import UrlRefused
from keng.channels.web_push import NotASubscription, PushSubscription
from keng.delivery.actions import subscribing as actions
from keng.delivery.public.place_choice import PlaceChoice
from keng.delivery.public.week_limits import week_limits
from keng.delivery.push_account import push_settings
from keng.delivery.ways_to_receive import (
    BY_BROWSER,
    BY_LETTER,
    WayToReceive,
    chat_url,
    ways_to_receive,
)
from keng.kit.codes import wordless_code
from keng.kit.languages import full_language
from keng.limits.shared import SharedLimit
from keng.network import secret_links
from keng.network.actions import subscriptions
from keng.network.actions.subscriptions import (
    CHAT_CODE_LENGTH,
    SubscriptionChoices,
    SubscriptionRequest,
)
from keng.network.forms.subscriptions import SubscribeForm, WayForm

_HOUR = 3600
# A hall full of people has one network, and whoever fills strangers' mailboxes has one too.
letters_per_network = SharedLimit(
    "letter",
    at_once=settings.SUBSCRIBE_NETWORK_HOURLY,
    pause=_HOUR / settings.SUBSCRIBE_NETWORK_HOURLY,
)


def subscribe(request: HttpRequest) -> HttpResponse:
    """The form. By letter the answer is the same whether the address was known or not."""
    ways = ways_to_receive()
    if not ways:
        return render(request, "delivery/subscribe_closed.html")
    form = _subscribe_form(request, ways)
    is_search = form.is_bound and form.asks_to_search
    answer: HttpResponse | None = None
    wait = 0
    if form.is_bound and not is_search and form.is_valid():
        answer, wait = take_subscription_request(request, form, ways, form.choices)
    if answer is not None:
        return answer
    context = way_context(request, ways) | {
        # A search is no mistake: what is still empty is not called an error yet.
        "form": _form_without_errors(form, ways) if is_search else form,
        "choice": PlaceChoice.of_request(request, form, is_search=is_search),
    }
    return way_page(request, "delivery/subscribe.html", context, wait=wait)


def way_context(request: HttpRequest, ways: list[WayToReceive]) -> dict[str, object]:
    """What a page needs on which somebody chooses a way."""
    return {
        "ways": ways,
        "has_letters": any(way.value == BY_LETTER for way in ways),
        "push_key": push_settings().get("vapid_public", ""),
        "puzzle": letters_per_network.puzzle(request),
    }


def way_page(
    request: HttpRequest, template: str, context: dict[str, object], *, wait: int
) -> HttpResponse:
    """Such a page; with `wait`, the seconds until somebody may ask again."""
    response = render(request, template, context, status=_status_of_wait(wait) if wait else 200)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _status_of_wait(wait: int) -> int:
    """Too many of one network, or of all together."""
    return 503 if wait == _HOUR else 429


def lines_of_form(ways: list[WayToReceive]) -> list[tuple[str, object, object]]:
    """Value, label and hint of each, as `WayForm` takes them."""
    return [(way.value, way.label, way.hint) for way in ways]


def _subscribe_form(request: HttpRequest, ways: list[WayToReceive]) -> SubscribeForm:
    return SubscribeForm(
        request.POST or None,
        offered=PlaceChoice.offered(),
        week_limits=week_limits(),
        ways=lines_of_form(ways),
        initial={"language": full_language(get_language() or "vi")},
    )


def _form_without_errors(form: SubscribeForm, ways: list[WayToReceive]) -> SubscribeForm:
    names = ("way", "email", "severity", "quiet_from", "quiet_to", "week_limit", "language")
    typed = {name: form.data.get(name, "") for name in names}
    typed["kinds"] = form.data.getlist("kinds")
    return SubscribeForm(
        offered=PlaceChoice.offered(),
        week_limits=week_limits(),
        ways=lines_of_form(ways),
        initial=typed,
    )


def take_subscription_request(
    request: HttpRequest,
    form: WayForm,
    ways: list[WayToReceive],
    choices: SubscriptionChoices,
    title: str = "",
) -> tuple[HttpResponse | None, int]:
    """Where it goes on; or no answer and the seconds to wait, the mistake being in the form."""
    if wait := letters_per_network.seconds_to_wait(request):
        form.add_error(
            None, _("Very many people of your network are asking right now. Try again later.")
        )
        return None, wait
    chosen = form.chosen_way
    if chosen == BY_LETTER:
        return _ask_by_letter(form, choices, title)
    if chosen == BY_BROWSER:
        return _subscribe_browser(form, choices), 0
    account = next(way.account for way in ways if way.value == chosen)
    code = subscriptions.keep_chat_wish(account.pk, choices)
    return redirect("subscribe-chat", slug=account.slug, code=code), 0


def _ask_by_letter(
    form: WayForm, choices: SubscriptionChoices, title: str
) -> tuple[HttpResponse | None, int]:
    wish = SubscriptionRequest(BY_LETTER, form.cleaned_data["email"], choices, title)
    try:
        actions.ask_to_subscribe(wish)
    except subscriptions.TooManyLetters:
        form.add_error("email", _("Very many people are asking right now. Try again in an hour."))
        return None, _HOUR
    return redirect("subscribe-sent"), 0


def _subscribe_browser(form: WayForm, choices: SubscriptionChoices) -> HttpResponse | None:
    given = [form.cleaned_data[name] for name in ("endpoint", "p256dh", "auth")]
    try:
        browser = PushSubscription.from_parts(*given)
        browser.target(push_settings())
    except (NotASubscription, UrlRefused):
        form.add_error(
            "way",
            _(
                "This browser did not allow it. Allow notifications for this page, or choose "
                "another way."
            ),
        )
        return None
    wish = SubscriptionRequest(BY_BROWSER, browser.to_json(), choices)
    subscription = subscriptions.subscribe_browser(wish)
    return redirect("own-subscription", token=secret_links.stop_token(subscription))


@require_safe
def subscribe_sent(request: HttpRequest) -> HttpResponse:
    """A letter is on its way."""
    return render(request, "delivery/subscribe_sent.html")


@require_safe
def subscribe_chat(request: HttpRequest, slug: str, code: str) -> HttpResponse:
    """What is to be sent from the own chat, and to whom."""
    account = next((way.account for way in ways_to_receive() if way.account.slug == slug), None)
    if account is None or wordless_code(code, CHAT_CODE_LENGTH) != code:
        raise Http404
    context = {"account": account, "code": code, "chat_url": chat_url(account, code)}
    return render(request, "delivery/subscribe_chat.html", context)
