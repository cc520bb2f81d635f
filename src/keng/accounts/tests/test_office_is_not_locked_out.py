"""Whoever guesses from the address of a whole office makes nobody wait who works there."""

import pytest
from django.urls import reverse

from keng.accounts import screen_lock, second_factor
from keng.accounts.models import OfficerRequest
from keng.accounts.tests.stage import PASSWORD, Stage, both_halves, code_of, first_code
from keng.accounts.tests.test_passkeys import HERE, added
from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def desk_address(settings):
    settings.DESK_URL = "http://localhost:8001"


@pytest.fixture
def officer():
    made = make.officer(unit=make.unit(), password=PASSWORD)
    second_factor.set_totp_secret(made)
    return made


def url(name, *args):
    return reverse(name, "keng.site.desk_urls", args=args)


def enter(client, officer):
    """Name, password and digits; the answer of the last page that came."""
    given = {"username": officer.username, "password": PASSWORD}
    first = client.post(url("sign-in"), given, **HERE)
    if first.status_code != 302:
        return first
    return client.post(url("sign-in-code"), {"code": code_of(officer)}, **HERE)


def attack(client, officer):
    """From the same address: this name, and others, until every one of them has to wait."""
    for n in range(60):
        name = officer.username if n % 2 else f"name{n}"
        given = {"username": name, "password": "sai"}
        answer = client.post(url("sign-in"), given, **HERE)
    assert answer.status_code == 429


def test_who_has_signed_in_here_before_does_not_wait(desk_client, officer):
    assert enter(desk_client, officer).status_code == 302
    desk_client.post(url("sign-out"), **HERE)
    attack(type(desk_client)(), officer)
    assert enter(desk_client, officer).status_code == 302


def test_in_a_new_browser_a_passkey_signs_in_while_the_attack_goes_on(desk_client, officer):
    device = added(officer)
    attack(type(desk_client)(), officer)
    # Without one a stranger waits, whoever it is: this is what bounds the guesser.
    assert enter(desk_client, officer).status_code == 429
    desk_client.get(url("sign-in"), **HERE)
    asked = desk_client.post(url("sign-in-passkey-options"), **HERE).json()["options"]
    sent = {"passkey": device.answer(asked)}
    assert desk_client.post(url("sign-in-passkey"), sent, **HERE).status_code == 302
    # And wrong answers of passkeys, however many, keep nobody from it either.
    other = type(desk_client)()
    other.get(url("sign-in"), **HERE)
    for _each in range(60):
        assert other.post(url("sign-in-passkey"), {"passkey": "{}"}, **HERE).status_code == 422
    asked = other.post(url("sign-in-passkey-options"), **HERE).json()["options"]
    sent = {"passkey": device.answer(asked)}
    assert other.post(url("sign-in-passkey"), sent, **HERE).status_code == 302


def test_whoever_is_signed_in_confirms_and_unlocks_meanwhile(desk_client, officer):
    screen_lock.set_pin("739154", by=officer)
    sign_in(desk_client, officer)
    attack(type(desk_client)(), officer)
    given = {"pin": "408172", "again": "408172", "code": code_of(officer)}
    assert desk_client.post(url("my-pin"), given, **HERE).status_code == 302
    desk_client.post(url("screen-lock"), **HERE)
    assert desk_client.post(url("screen-unlock"), {"pin": "408172"}, **HERE).status_code == 302


def test_who_has_just_set_up_is_known_in_that_browser(desk_client):
    """The first sign-in after it was that of a stranger, who waited for the attacker."""
    stage = Stage()
    halves = both_halves(stage.ask_new(), second=stage.commander)
    given = {"first": halves[0], "second": halves[1], "new": PASSWORD, "again": PASSWORD}
    desk_client.post(url("set-up"), given, **HERE)
    begun = OfficerRequest.objects.get(state=OfficerRequest.State.AGREED)
    assert desk_client.post(url("set-up-code"), {"code": first_code(begun)}, **HERE).url
    officer = OfficerRequest.objects.get(pk=begun.pk).officer
    desk_client.post(url("sign-out"), **HERE)
    attack(type(desk_client)(), officer)
    assert enter(desk_client, officer).status_code == 302
