"""No secret of an address reaches a log, also not of an address that comes tomorrow."""

import importlib
import logging
import re

import pytest

from keng.kit.logs import LogLines, ScrubSecrets
from keng.kit.secret_paths import secret_path_pattern, url_routes

# Texts in addresses that open nothing: everybody finds them on a page, or they name a thing.
PUBLIC = {
    "places/<str:code>/",
    "partners/<uuid:pk>/at/<str:code>/",
    "embed/places/<str:code>/",
    "w/<str:code>",
    "cap/<str:identifier>",
    "s/<str:code>",
    "results/<str:span>",
    "machine/<str:span>",
    "phones/<str:key>",
    "lessons/from/<slug:slug>",
    "lessons/<slug:slug>",
    "pledges/<slug:slug>",
    "surveys/<uuid:pk>/question/<str:key>",
    "partner/surveys/<uuid:pk>/question/<str:key>",
    # Which of our accounts it is; the code behind it is the secret.
    "subscribe/chat/<slug:slug>",
    "films/<uuid:pk>/<slug:language>",
    "partner/films/<uuid:pk>/<slug:language>",
    "lessons/films/<uuid:pk>/<slug:language>",
    "log/tile/<path:path>",
    "style/<str:screen>",
}
WITHOUT_TEXT = {"uuid", "int"}
URLCONFS = ("keng.site.public_urls", "keng.site.desk_urls")


def all_routes(name):
    return list(url_routes(importlib.import_module(name).urlpatterns))


def line(message, *args):
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, message, args, None)
    assert ScrubSecrets().filter(record)
    return record.getMessage()


def test_nobody_adds_a_line_by_what_they_send():
    assert line("Not Found: %s", "/x\n2026-11-30 INFO all is well\r\u2028") == (
        r"Not Found: /x\n2026-11-30 INFO all is well\r\u2028"
    )


def test_a_line_says_its_offset_from_utc():
    formatter = LogLines()
    record = logging.LogRecord("x", logging.INFO, "", 0, "words", None, None)
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} INFO x", formatter.format(record))


def filled(route):
    """A path of this route, with words for its secrets that look like nothing special."""
    path = re.sub(r"<secret:\w+>", "bi-mat", route)
    path = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", path)
    return "/" + re.sub(r"<\w+:\w+>", "7", path)


@pytest.mark.parametrize("name", URLCONFS)
def test_every_text_in_an_address_is_marked_or_named_as_public(name):
    for route in all_routes(name):
        open_texts = [
            part
            for part in re.finditer(r"<(?:(\w+):)?\w+>", route)
            if part[1] not in WITHOUT_TEXT | {"secret"}
        ]
        for part in open_texts:
            assert any(route[: part.end()] == public.rstrip("/") for public in PUBLIC), route


@pytest.mark.parametrize("name", URLCONFS)
def test_no_log_line_has_a_secret_of_an_address(name, settings):
    settings.ROOT_URLCONF = name
    secret = [route for route in all_routes(name) if "<secret:" in route]
    assert len(secret) > 10 or name.endswith("desk_urls")
    for route in secret:
        written = line("Internal Server Error: %s", filled(route))
        assert "bi-mat" not in written, route
        # Which page it was is still there.
        assert written.startswith("Internal Server Error: /")


@pytest.mark.parametrize(
    "path",
    [
        "/claims/asked/SECRETTOKEN1234567890",
        "/stop/short",
        "/subscribe/short",
        "/pledge/short",
        "/s/ABC234/short",
        "/relay/short/stop",
        "/r/short",
    ],
)
def test_the_addresses_that_were_forgotten_are_covered(path, settings):
    settings.ROOT_URLCONF = "keng.site.public_urls"
    importlib.import_module(settings.ROOT_URLCONF)
    written = line("Internal Server Error: %s", path)
    assert not re.search("short|SECRET", written), written


def test_a_process_without_pages_hides_what_nobody_thought_up(settings):
    settings.ROOT_URLCONF = "keng.no_such_urls"
    assert "kd93" not in line("GET https://x.example/anything/kd93-Fq_2mZpQ7rT1vXw0A failed")
    row = "0190b2c4-6b1e-7c3a-9d5f-2a4b6c8d0e1f"
    assert row in line("Internal Server Error: /tips/%s/", row)
    assert "/lessons/lua-dao-gia-danh-cong-an" in line("/lessons/lua-dao-gia-danh-cong-an")


def test_an_address_that_is_marked_tomorrow_is_covered_tomorrow():
    pattern = secret_path_pattern(["new/<int:number>/<secret:token>/more", "other/<str:code>"])
    assert pattern.sub(r"\1[…]", "at /new/7/abc/more, /other/b") == "at /new/7/[…] /other/b"
    assert secret_path_pattern(["other/<str:code>"]) is None
