"""The texts of the demo: of our own making, never twice, about nobody."""

import re
from collections import Counter
from random import Random

import pytest

from keng.language.indicators import extract
from keng.language.taxonomy import categories
from keng.warnings import style
from keng_dev.demo.province import grammar, nobody
from keng_dev.demo.province.bulletins import contents, first_tries, reasons_to_take_back
from keng_dev.demo.province.stories import CATEGORIES, WAVE_LINK, WAVE_PHONE
from keng_dev.demo.province.words import sections

MANY = 3_000
# The first two digits after 0 of every mobile number that a Vietnamese network hands out.
GIVEN_TO_A_NETWORK = {
    *("32", "33", "34", "35", "36", "37", "38", "39", "52", "55", "56", "58", "59", "70", "76"),
    *("77", "78", "79", "81", "82", "83", "84", "85", "86", "87", "88", "89", "90", "91", "92"),
    *("93", "94", "96", "97", "98", "99"),
}
_BEGINNING = 40


@pytest.fixture(scope="module")
def texts():
    dice, codes = Random(7), list(CATEGORIES)
    return [grammar.tell(dice, dice.choice(codes), "xã Tân Dĩnh") for _ in range(MANY)]


def test_every_category_can_be_told():
    assert set(CATEGORIES) == set(categories()) == set(sections("events.txt"))


def test_the_same_seed_tells_the_same(texts):
    dice, codes = Random(7), list(CATEGORIES)
    again = [grammar.tell(dice, dice.choice(codes), "xã Tân Dĩnh") for _ in range(100)]
    assert again == texts[:100]


def test_hardly_a_text_comes_twice_and_beginnings_differ(texts):
    assert len(set(texts)) > MANY * 0.995
    beginnings = Counter(text[:_BEGINNING] for text in texts)
    assert beginnings.most_common(1)[0][1] < MANY * 0.01


def test_texts_are_as_uneven_as_people(texts):
    without_accents = sum(text.isascii() for text in texts) / MANY
    small = sum(text == text.lower() for text in texts) / MANY
    assert 0.15 < without_accents < 0.4
    assert 0.2 < small < 0.6
    assert min(map(len, texts)) < 45
    assert max(map(len, texts)) > 200


def test_no_slot_is_left_empty(texts):
    dice = Random(3)
    english = [
        grammar.tell_in_english(dice, code, "xã Tân Dĩnh") for code in sorted(grammar.in_english())
    ]
    assert not [text for text in [*texts, *english] if re.search(r"[{}]", text)]


def test_numbers_accounts_and_links_are_nobodys(texts):
    found = [one for text in [*texts, f"số {WAVE_PHONE} gọi, {WAVE_LINK}"] for one in extract(text)]
    phones = {one.value for one in found if one.type == "phone"}
    links = {one.value for one in found if one.type == "url"}
    accounts = {one.value for one in found if one.type == "bank_account"}
    assert len(phones) > 100 < len(accounts)
    assert {each.removeprefix("+84")[:2] for each in phones} == {"51"}
    assert "51" not in GIVEN_TO_A_NETWORK
    assert all(each.split("/")[0].endswith(nobody.ENDINGS) for each in links)
    assert all(each.startswith(nobody.ACCOUNT_PREFIX) for each in accounts)


def test_every_warning_keeps_the_house_style():
    for content in [*contents().values(), *first_tries().values()]:
        assert not style.stopping_findings(content), content.texts["vi"]["title"]


def test_what_is_put_right_or_taken_back_is_a_warning_that_there_is():
    known = set(contents())
    assert len(first_tries()) >= 8
    assert len(reasons_to_take_back()) >= 5
    assert first_tries().keys() | reasons_to_take_back().keys() <= known
