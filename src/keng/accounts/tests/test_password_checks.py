"""One password is checked at a time, one waits, and the rest of the threads answer pages."""

import threading
import time

import pytest
from django.urls import reverse

from keng.accounts import guessing, password_checks, signing_in
from keng.accounts.guessing import TryOrigin
from keng.accounts.password_checks import Argon2, SignInBusy, is_password_right


@pytest.fixture
def slow_check(monkeypatch):
    """A check that lasts until the test says so; how many run at once, at most."""
    ready, let_go, most = threading.Semaphore(0), threading.Event(), []

    def check(*_):
        most.append(len(most) + 1)
        ready.release()
        assert let_go.wait(60)
        most.pop()
        return True

    monkeypatch.setattr(password_checks, "check_password", check)
    # Whoever waits here waits for the test.
    monkeypatch.setattr(password_checks, "_LONGEST_WAIT", 60)
    threads = []

    def begin():
        threads.append(threading.Thread(target=is_password_right, args=("x", "stored")))
        threads[-1].start()

    yield begin, ready, most
    let_go.set()
    for thread in threads:
        thread.join(10)


def wait_until_nobody_else_may_wait():
    until = time.monotonic() + 30
    while password_checks._room._value:
        assert time.monotonic() < until, "nobody came to wait"
        time.sleep(0.01)


def test_the_third_at_once_is_told_to_come_again(slow_check):
    begin, ready, most = slow_check
    begin()
    assert ready.acquire(timeout=30)
    begin()
    wait_until_nobody_else_may_wait()
    with pytest.raises(SignInBusy):
        is_password_right("x", "stored")
    assert most == [1]


@pytest.mark.django_db
def test_whoever_comes_again_has_not_lost_a_try(slow_check):
    begin, ready, _most = slow_check
    begin()
    assert ready.acquire(timeout=30)
    begin()
    wait_until_nobody_else_may_wait()
    for _ in range(guessing.PAIR_LIMIT[0] + 1):
        with pytest.raises(SignInBusy):
            signing_in.check_officer_password("lan", "x", origin=TryOrigin("203.0.113.0/24"))


def busy(*_args, **_kwargs):
    raise SignInBusy


@pytest.mark.django_db
def test_the_page_says_that_others_are_signing_in(public_client, monkeypatch):
    monkeypatch.setattr("keng.accounts.partner_signing.is_password_right", busy)
    page = public_client.post(
        reverse("partner-sign-in", "keng.site.public_urls"), {"username": "a", "password": "b"}
    )
    assert (page.status_code, page["Retry-After"]) == (429, "5")
    assert "Lúc này đang có nhiều người đăng nhập" in page.content.decode()


def test_the_figures_are_those_that_owasp_names():
    assert (Argon2.memory_cost, Argon2.time_cost, Argon2.parallelism) == (19_456, 2, 1)
