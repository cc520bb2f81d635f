"""Behind TLS every cookie of ours has a prefix that binds it to this host; the code sees none."""

from http.cookies import SimpleCookie

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from keng.kit import cookies
from keng.kit.exit_mark import EXIT_MARK, LEAVING, put_exit_mark
from keng.site.cookie_names import CookieNames


@pytest.fixture(autouse=True)
def behind_tls(settings):
    settings.BEHIND_TLS = settings.SESSION_COOKIE_SECURE = True


def answer_to(sent, act=None, **how):
    """What a page sees of these cookies, and its response."""
    seen = {}

    def page(request):
        seen.update(request.COOKIES)
        response = HttpResponse()
        if act:
            act(response)
        return response

    request = RequestFactory().get("/", HTTP_COOKIE=sent, **how)
    return seen, CookieNames(page)(request).cookies


def test_a_cookie_leaves_with_the_prefix_of_its_path():
    def act(response):
        cookies.put_cookie(response, "keng_a", "x", seconds=60)
        response.set_cookie("keng_p", "y", path="/partners/", secure=True)
        response.set_cookie("other", "z")

    _seen, left = answer_to("", act)
    assert set(left) == {"__Host-keng_a", "__Secure-keng_p", "other"}
    assert left["__Host-keng_a"].OutputString().startswith("__Host-keng_a=x; ")
    assert left["__Host-keng_a"]["secure"]
    assert left["__Host-keng_a"]["httponly"]


def test_the_page_finds_it_under_its_own_name():
    seen, _left = answer_to("__Host-keng_a=x; __Secure-keng_p=y; other=z")
    assert seen == {"keng_a": "x", "keng_p": "y", "other": "z"}


def test_what_a_neighbour_put_in_place_of_ours_is_not_seen():
    seen, _left = answer_to("keng_a=theirs; __Host-keng_a=ours")
    assert seen == {"keng_a": "ours"}
    seen, _left = answer_to("keng_desk=theirs")
    assert seen == {}


def test_a_deleted_one_is_deleted_under_the_name_the_browser_has():
    _seen, left = answer_to("", lambda response: cookies.forget_cookies(response, "keng_a"))
    assert left["__Host-keng_a"]["max-age"] == 0
    assert left["__Host-keng_a"]["secure"]


@pytest.mark.parametrize("name", [EXIT_MARK, f"__Host-{EXIT_MARK}"])
def test_the_mark_of_an_exit_is_heard_under_either_name(name):
    seen, left = answer_to(f"{name}={LEAVING}", put_exit_mark)
    assert seen == {EXIT_MARK: LEAVING}
    assert set(left) == {f"__Host-{EXIT_MARK}"}


def test_under_the_onion_address_and_without_tls_names_stay_as_they_are(settings):
    def act(response):
        cookies.put_cookie(response, "keng_a", "x", seconds=60)

    settings.ONION_URL = "http://onionaddress.onion"
    settings.ALLOWED_HOSTS = ["onionaddress.onion"]
    seen, left = answer_to("keng_a=x", act, HTTP_HOST="onionaddress.onion")
    assert (seen, set(left)) == ({"keng_a": "x"}, {"keng_a"})
    settings.BEHIND_TLS, settings.ONION_URL = False, ""
    seen, left = answer_to("keng_a=x", act)
    assert (seen, set(left)) == ({"keng_a": "x"}, {"keng_a"})


@pytest.mark.django_db
def test_both_sites_answer_with_prefixed_cookies(public_client, desk_client):
    for client, address in ((public_client, "/lookup/"), (desk_client, "/sign-in/")):
        sent = SimpleCookie()
        for cookie in client.get(address, secure=True, follow=True).cookies.values():
            sent.load(cookie.OutputString())
        assert sent, address
        assert all(name.startswith(("__Host-", "__Secure-")) for name in sent), sent
        assert all(morsel["secure"] and morsel["samesite"] for morsel in sent.values()), sent
