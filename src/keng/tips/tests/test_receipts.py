"""Receipt codes: forgiving to read, impossible to guess, stored nowhere."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keng.accounts.tests.look import look_as
from keng.tips import printed_receipt, receipt_codes
from keng.tips.models import Receipt
from tests import make


def test_a_code_has_eighty_bits_in_four_groups():
    code = receipt_codes.code_from_token(receipt_codes.new_token())
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{16}", code)
    assert re.fullmatch(r"(\w{4}-){3}\w{4}", receipt_codes.grouped_code(code))
    assert len(receipt_codes.CODE_ALPHABET) ** receipt_codes.CODE_LENGTH == 2**80


def test_the_same_token_always_gives_the_same_code_and_another_one_another():
    token = receipt_codes.new_token()
    assert receipt_codes.code_from_token(token) == receipt_codes.code_from_token(token)
    assert receipt_codes.code_from_token(token) != receipt_codes.code_from_token(
        receipt_codes.new_token()
    )


@given(st.text(alphabet=receipt_codes.CODE_ALPHABET, min_size=16, max_size=16))
def test_every_way_of_writing_a_code_is_understood(code):
    written = receipt_codes.grouped_code(code).lower().replace("0", "o").replace("1", "l")
    assert receipt_codes.cleaned_code(f"  {written} ") == code
    assert receipt_codes.cleaned_code(written.replace("-", " ").upper()) == code


@pytest.mark.parametrize(
    ("typed", "length"), [("", 0), ("7K3M-9QXD", 8), ("7K3M9QXDP2VA7K3M9", 17)]
)
def test_a_code_of_the_wrong_length_says_how_long_it_is(typed, length):
    with pytest.raises(receipt_codes.MalformedCode) as caught:
        receipt_codes.cleaned_code(typed)
    assert caught.value.length == length


@pytest.mark.parametrize(
    "typed",
    [
        "Mã biên nhận của tôi là 7K3M-9QXD-P2VA-H4TN ạ",
        "ma tra cuu: 7k3m 9qxd p2va h4tn, nho xem giup",
        "code 7K3M 9QXD P2VA H4TN",
        "7K3M9QXDP2VAH4TN la ma cua em, gui hom qua",
        "7K3M-9QXD-P2VA-H4TN (7k3m9qxdp2vah4tn)",
    ],
)
def test_a_sentence_with_one_code_in_it_is_read(typed):
    assert receipt_codes.code_in_sentence(typed) == "7K3M9QXDP2VAH4TN"


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-9QXD-P2VA-H4TN hay 7K3M-9QXD-P2VA-H4TX",
        "cho hoi tinh hinh",
        "xin xem giai trinh bien nhan cong ty",
        "so 7K3M 9QXD P2VA",
        "code 7K3M 9QXD P2VA HATN",
        "7K3M-9QXD-P2VA-H4TN-7K3M",
    ],
)
def test_of_several_codes_or_none_nothing_is_guessed(typed):
    with pytest.raises(receipt_codes.MalformedCode):
        receipt_codes.code_in_sentence(typed)


@given(st.text(max_size=40))
def test_nothing_typed_breaks_the_reading(typed):
    with contextlib.suppress(receipt_codes.MalformedCode):
        assert len(receipt_codes.code_in_sentence(typed)) == 16


@pytest.mark.django_db
def test_a_code_opens_its_tip_and_is_not_stored():
    code, tip = receipt_codes.code_from_token(receipt_codes.new_token()), make.tip(unit=make.unit())
    Receipt.objects.create(hash=receipt_codes.code_hash(code), tip=tip)
    assert receipt_codes.tip_id_of_code(code) == tip.id
    other = receipt_codes.code_from_token(receipt_codes.new_token())
    assert receipt_codes.tip_id_of_code(other) is None
    stored = Receipt.objects.values_list("hash", flat=True)
    assert all(code.encode() not in bytes(value) for value in stored)


def test_a_desk_prints_the_receipt_that_it_made_and_reads_no_codes(become):
    unit = make.unit()
    tip = make.tip(unit=unit)
    officer = make.officer(unit=unit)
    become("desk")
    look_as(officer)
    assert printed_receipt.receipt_of_tip(tip.pk, "0" * 16).replaced_at is None
