"""Pages on sites of many: every spelling of one meets, and two different ones never do."""

import string

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keng.language.indicators import extract
from keng.language.indicators.pages import page_in_one_spelling
from keng.language.lookup_terms import lookup_terms_in

NAMES = st.from_regex(r"[a-z][a-z0-9]{5,15}", fullmatch=True).filter(
    lambda name: name.isascii() and name not in {"groups", "events", "stories", "joinchat"}
)
SCHEMES = st.sampled_from(["", "https://", "http://www.", "www.", "hxxps://"])
_BY_NUMBER = "facebook.com/profile.php?id=100012345678901"
TAILS = st.sampled_from(["", "/", "?ref=share", "/?mibextid=x1Y2"])
HOSTS = {
    "facebook.com": ["facebook.com", "m.facebook.com", "fb.com", "m.me", "vi-vn.facebook.com"],
    "t.me": ["t.me", "telegram.me", "t.me/s"],
    "instagram.com": ["instagram.com", "m.instagram.com"],
    "tiktok.com": ["tiktok.com", "m.tiktok.com"],
}


def value(text):
    (one,) = lookup_terms_in(text)
    return one.value


@st.composite
def spellings(draw, site, name):
    written = "".join(c.upper() if draw(st.booleans()) else c for c in name)
    if site == "facebook.com" and draw(st.booleans()):
        at = draw(st.integers(1, len(name) - 1))
        written = f"{written[:at]}.{written[at:]}"
    sign = "@" if site == "tiktok.com" else ""
    scheme, host, tail = draw(SCHEMES), draw(st.sampled_from(HOSTS[site])), draw(TAILS)
    return f"{scheme}{host}/{sign}{written}{tail}"


@given(st.data(), st.sampled_from(sorted(HOSTS)), NAMES)
def test_every_spelling_of_a_page_meets(data, site, name):
    first, second = (data.draw(spellings(site, name)) for _ in range(2))
    assert value(first) == value(second)
    assert [each.value for each in extract(f"nick {first} lua dao")] == [value(second)]


@given(st.data(), NAMES, NAMES, st.sampled_from(sorted(HOSTS)), st.sampled_from(sorted(HOSTS)))
def test_two_pages_never_meet(data, one, other, here, there):
    assume((one, here) != (other, there))
    assert value(data.draw(spellings(here, one))) != value(data.draw(spellings(there, other)))


@given(st.text(string.ascii_letters + string.digits + "./?=&@#:-_+", max_size=60))
def test_what_is_in_one_spelling_stays_so(text):
    once = page_in_one_spelling(text)
    assert page_in_one_spelling(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("facebook.com/people/Lan-Nguyen/100012345678901/", _BY_NUMBER),
        ("m.facebook.com/profile.php?sk=about&id=100012345678901", _BY_NUMBER),
        ("facebook.com/100012345678901", _BY_NUMBER),
        ("https://m.facebook.com/groups/vay-nhanh", "facebook.com/groups/vay-nhanh"),
        ("zalo.me/+84912345678", "zalo.me/0912345678"),
        ("zalo.me/84912345678", "zalo.me/0912345678"),
        ("https://t.me/+AbC123dEf", "t.me/+AbC123dEf"),
        ("t.me/joinchat/AbC123", "t.me/joinchat/AbC123"),
        ("vm.tiktok.com/ZMabc1", "vm.tiktok.com/ZMabc1"),
        ("l.facebook.com/l.php?u=x", "l.facebook.com/l.php?u=x"),
    ],
)
def test_pages_with_numbers_and_what_is_no_page(text, expected):
    assert value(text) == expected
