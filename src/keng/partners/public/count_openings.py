"""Counting the pages that are opened by a partner's link: a number a day, and nothing of anybody.

No cookie is set and no address is kept. What is beyond the pace of one network is shown as always
and not counted, so nobody makes a number large cheaply.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from keng.accounts.models import Partner
from keng.limits.shared import SharedLimit
from keng.partners.actions.reach_acts import count_opening
from keng.partners.campaign_parts import commune_of_partner
from keng.partners.reach_links import KINDS_BY_PAGE, VIA, partner_id_of

# A carrier's phones share a network: ten at once, then ten a minute.
opening_limit = SharedLimit("partner's link opened", at_once=10, pause=6.0)

# Chat apps fetch a page to show its picture, and search engines read it: nobody opened it.
_ROBOT_WORDS = ("bot", "crawl", "spider", "externalhit", "preview")


class CountOpenings:
    """After a page was shown: count it where the address says which partner passed it on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        if VIA in request.GET and answer.status_code == 200 and _is_opened(request):
            _count(request)
        return answer


def _is_opened(request: HttpRequest) -> bool:
    """Whether a person opened it, as far as the browser says."""
    if request.method != "GET" or request.headers.get("Sec-Purpose"):
        return False
    browser = request.headers.get("User-Agent", "").lower()
    return not any(word in browser for word in _ROBOT_WORDS)


def _count(request: HttpRequest) -> None:
    match = request.resolver_match
    kind = KINDS_BY_PAGE.get(match.url_name or "") if match else None
    slug, _dot, code = request.GET[VIA].partition(".")
    key = partner_id_of(slug)
    if kind is None or key is None or opening_limit.seconds_to_wait(request):
        return
    partner = Partner.objects.active().filter(pk=key).select_related("place", "invited_by_unit")
    found = partner.first()
    if found is not None:
        count_opening(found, commune_of_partner(found, code) if code else None, kind)
