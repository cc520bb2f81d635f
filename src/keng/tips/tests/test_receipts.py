"""Receipt codes: forgiving to read, impossible to guess, stored nowhere."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.tips import receipts
from keng.tips.models import Receipt
from tests import make


def test_a_code_has_eighty_bits_in_four_groups():
    code = receipts.code_from(receipts.new_token())
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", code)
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", receipts.grouped(code))
    assert len(receipts.ALPHABET) ** receipts.LENGTH == 2**80


def test_the_same_token_always_gives_the_same_code_and_another_one_another():
    token = receipts.new_token()
    assert receipts.code_from(token) == receipts.code_from(token)
    assert receipts.code_from(token) != receipts.code_from(receipts.new_token())


@given(st.text(alphabet=receipts.ALPHABET, min_size=16, max_size=16))
def test_every_way_of_writing_a_code_is_understood(code):
    written = receipts.grouped(code).lower().replace("0", "o").replace("1", "l")
    assert receipts.cleaned(f"  {written} ") == code
    assert receipts.cleaned(written.replace("-", " ").upper()) == code


@pytest.mark.parametrize(
    ("typed", "length"), [("", 0), ("7K3M-9QXD", 8), ("7K3M9QXDP2VA7K3M9", 17)]
)
def test_a_code_of_the_wrong_length_says_how_long_it_is(typed, length):
    with pytest.raises(receipts.MalformedCode) as caught:
        receipts.cleaned(typed)
    assert caught.value.length == length


@given(st.text(max_size=40))
def test_nothing_typed_breaks_the_reading(typed):
    with contextlib.suppress(receipts.MalformedCode):
        assert len(receipts.cleaned(typed)) == 16


@pytest.mark.django_db
def test_a_code_opens_its_tip_and_is_not_stored():
    code, tip = receipts.code_from(receipts.new_token()), make.tip(unit=make.unit())
    Receipt.objects.create(hash=receipts.hash_of(code), tip=tip)
    assert receipts.tip_id_of(code) == tip.id
    other = receipts.code_from(receipts.new_token())
    assert receipts.tip_id_of(other) is None
    stored = Receipt.objects.values_list("hash", flat=True)
    assert all(code.encode() not in bytes(value) for value in stored)
