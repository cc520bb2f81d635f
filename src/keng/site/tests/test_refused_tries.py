"""Who may not leaves a line in the log: what it was and as which role; not who, nor where."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse

from keng.acts.errors import NotAllowed
from keng.conftest import sign_in
from keng.kit import refused_tries
from keng.limits.shared import SharedLimit
from keng.network.actions.leads import set_lead_stopped
from tests import make

_ID = re.compile(r"[0-9a-f]{8}-|secret")
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_was_refused_before(monkeypatch):
    monkeypatch.setattr(refused_tries, "_of_this_process", refused_tries.RefusedTries())


@pytest.fixture
def lines(caplog):
    """The lines so far; none of them has an id."""

    def said():
        found = [
            each.getMessage() for each in caplog.records if each.name == refused_tries.__name__
        ]
        assert not [line for line in found if _ID.search(line)], found
        return found

    return said


def test_a_page_of_another_role(desk_client, lines):
    sign_in(desk_client, make.officer(unit=make.unit()))
    assert desk_client.get(reverse("audit", "keng.site.desk_urls")).status_code == 403
    assert lines() == ["Refused (no right): page audit, as duty"]


def test_an_act_over_what_another_desk_owns_is_noted_once(lines):
    lead = make.lead(unit=make.unit())
    with pytest.raises(NotAllowed):
        set_lead_stopped(lead.pk, stopped=True, by=make.officer(unit=make.unit()))
    assert lines() == ["Refused (no right): network.actions.leads.set_lead_stopped, as duty"]


def test_a_row_that_is_not_there_or_not_theirs(desk_client, lines):
    sign_in(desk_client, make.officer(unit=make.unit()))
    address = reverse("tip", "keng.site.desk_urls", args=[uuid.uuid4()])
    assert desk_client.get(address).status_code == 404
    assert lines() == ["Refused (not there or not theirs): page tip, as duty"]


def test_a_form_without_its_token(settings, lines):
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    secret = reverse("one-time-link", "keng.site.public_urls", args=["a-secret-link"])
    assert Client(enforce_csrf_checks=True).post(secret).status_code == 403
    assert lines() == ["Refused (form without its token): page one-time-link"]


def test_a_limit_that_is_met(rf, lines):
    limit = SharedLimit("a limit of a test", at_once=1, pause=60)
    assert [limit.seconds_to_wait(rf.get("/")) > 0 for _ in range(2)] == [False, True]
    assert lines() == ["Refused (too often): limit a limit of a test"]
