"""A URL that a stranger sent must not make us knock on our own doors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.channels.ssrf import FetchTarget, UrlRefused, check_addresses, check_url
from keng.channels.zalo_oa import MEDIA_HOSTS

FAKE = "http://127.0.0.1:9100"


def test_a_picture_at_an_allowed_host_may_be_fetched_over_https() -> None:
    target = check_url("http://photo-1.zdn.vn/jpg/a.jpg?x=1#y", MEDIA_HOSTS)
    assert target == FetchTarget("https://photo-1.zdn.vn/jpg/a.jpg?x=1", "photo-1.zdn.vn", 443)
    assert check_addresses(target, ["203.113.1.1"]) == ["203.113.1.1"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://evil.com/a.jpg", "host"),
        ("https://evilzdn.vn/a.jpg", "host"),
        ("https://zdn.vn.evil.com/a.jpg", "host"),
        ("https://127.0.0.1/a.jpg", "host"),
        ("https://[::1]/a.jpg", "host"),
        ("https://2130706433/a.jpg", "host"),
        ("https://photo.zdn.vn:8443/", "port"),
        ("http://photo.zdn.vn:443/", "port"),
        ("https://photo.zdn.vn@evil.com/", "user name in the URL"),
        ("https://a:b@photo.zdn.vn/", "user name in the URL"),
        ("ftp://photo.zdn.vn/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://photo.zdn.vn/", "scheme"),
        ("//photo.zdn.vn/a", "scheme"),
        ("https://photo.zdn.vn\\@evil.com/", "malformed"),
        ("https://photo.zdn.vn/\r\nHost: evil", "malformed"),
        ("https://photo.zdn.vn:99999/", "malformed"),
        ("https://[photo.zdn.vn/", "malformed"),
        ("https://photo.zdn.vn/" + "a" * 3000, "malformed"),
        ("https://phötö.zdn.vn/", "host"),
        ("", "scheme"),
    ],
)
def test_everything_else_is_refused(url: str, why: str) -> None:
    with pytest.raises(UrlRefused, match=why):
        check_url(url, MEDIA_HOSTS)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001:0:1::",
        "not an address",
    ],
)
def test_one_address_that_is_not_public_refuses_all(address: str) -> None:
    target = check_url("https://photo.zdn.vn/a.jpg", MEDIA_HOSTS)
    with pytest.raises(UrlRefused, match="not public"):
        check_addresses(target, ["203.113.1.1", address])


def test_a_public_address_written_the_new_way_is_public() -> None:
    target = check_url("https://photo.zdn.vn/a.jpg", MEDIA_HOSTS)
    for address in ("::ffff:203.113.1.1", "2405:4800::1"):
        assert check_addresses(target, [address]) == [address]


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(UrlRefused, match="no address"):
        check_addresses(check_url("https://photo.zdn.vn/", MEDIA_HOSTS), [])


def test_the_configured_fake_is_exempt_and_nothing_beside_it() -> None:
    target = check_url(f"{FAKE}/_fake/media/1", MEDIA_HOSTS, exempt_base=FAKE)
    assert target == FetchTarget(f"{FAKE}/_fake/media/1", "127.0.0.1", 9100, exempt=True)
    assert check_addresses(target, ["127.0.0.1"]) == ["127.0.0.1"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9101/a",
        "http://127.0.0.1:91000/a",
        "https://127.0.0.1:9100/a",
        "http://localhost:9100/a",
        "http://127.0.0.1:9100@evil.com/a",
        "http://127.0.0.1/a",
        "http://127.0.0.1:9100/../a",
        "http://127.0.0.1:9100/%2E%2e/a",
    ],
)
def test_what_only_resembles_the_fake_is_not_exempt(url: str) -> None:
    with pytest.raises(UrlRefused):
        check_url(url, MEDIA_HOSTS, exempt_base=FAKE)


@given(st.text(max_size=200))
def test_any_text_is_either_refused_or_an_allowed_host(text: str) -> None:
    for url in (text, "https://" + text):
        try:
            target = check_url(url, MEDIA_HOSTS)
        except UrlRefused:
            continue
        assert target.url.startswith("https://")
        assert target.host.endswith(tuple(host[1:] for host in MEDIA_HOSTS))
