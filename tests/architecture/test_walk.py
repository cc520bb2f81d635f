"""The walk over all pages sees every one of them, or says that it did not."""

from itertools import product
from string import ascii_lowercase

import pytest

from tests.walk import MorePages, walk

SITE = "http://desk.example/"
# Words, since a number in an address does not make another kind of page.
NAMES = ["", *map("".join, product(ascii_lowercase, repeat=2))]


class Answer:
    headers = {"content-type": "text/html; charset=utf-8"}


class Chain:
    """So many pages of which each leads to the next, in place of a browser's."""

    def __init__(self, pages):
        self.names = NAMES[:pages]
        self.here = ""

    def goto(self, address):
        self.here = address.removeprefix(SITE)
        return Answer()

    def eval_on_selector_all(self, selector, script):
        after = self.names.index(self.here) + 1
        return [SITE + name for name in self.names[after : after + 1]]


def test_every_page_is_seen():
    assert walk(Chain(15), SITE) == [SITE + name for name in NAMES[:15]]
    assert len(walk(Chain(15), SITE, most=15)) == 15


def test_a_page_that_would_be_left_out_is_told():
    with pytest.raises(MorePages, match=r"5 pages seen, and these wait: /ae$"):
        walk(Chain(15), SITE, most=5)


def test_the_usual_limit_is_above_what_one_officer_reaches_and_ends_a_walk_in_circles():
    assert len(walk(Chain(120), SITE)) == 120
    with pytest.raises(MorePages):
        walk(Chain(600), SITE)
