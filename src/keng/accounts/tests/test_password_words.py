"""Passwords that whoever guesses here would try first."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from keng.accounts.forms import NewPasswordForm
from keng.accounts.models import Officer


def code_of(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [each.code for each in error.error_list]
    return []


@pytest.mark.parametrize(
    "password", ["Congan@2026!!", "công an phường 1", "matkhau-police-26", "KENG.vietnam.113"]
)
def test_words_of_the_place_with_digits_are_refused(password):
    assert code_of(password) == ["words_tried_first"]


def test_ones_own_name_is_one_of_them():
    officer = Officer(username="lan.nguyen")
    assert code_of("Lan.Nguyen.1990", officer) == ["words_tried_first"]
    assert code_of("Lan.Nguyen.1990") == []


@pytest.mark.parametrize(
    "password",
    [
        "ba con trau qua cau phuong",
        "518302774916",
        "aaaa bbbb cccc dddd",
        "ỦA-SAO-TRỜI-MƯA-HOÀI",
        "correct horse battery staple " * 3,
    ],
)
def test_whatever_else_it_is_made_of_is_taken(password):
    assert code_of(password) == []


def test_what_is_chosen_can_be_typed_at_the_sign_in():
    """It was cut off there after 200 characters, and could be chosen longer."""
    for length, is_taken in ((200, True), (201, False)):
        typed = ("rừng xanh " * 30)[: length - 1] + "x"
        form = NewPasswordForm({"new": typed, "again": typed})
        assert form.is_valid() == is_taken
