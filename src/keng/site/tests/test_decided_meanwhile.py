"""Of two who let the same text out the second one reads that it is decided, whatever it is."""

import datetime

import pytest
from django.urls import reverse

from keng.acts.work import work
from keng.claims.tests.bureau import Bureau
from keng.community.actions import announcements
from keng.conftest import sign_in
from keng.kit import times
from keng.lookup_pages.propose import propose_sighting
from keng.releases import steps
from keng.runtime.tests.rights import as_owner
from keng.surveys.actions import writing
from keng.surveys.tests.stage import Stage
from keng.warnings.actions import pattern_acts
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db


def waiting_claim():
    bureau = Bureau()
    revision = bureau.waiting()
    return revision, bureau.second, reverse("claim-publish", args=[revision.claim_id])


def waiting_survey():
    stage = Stage()
    survey = writing.submit_survey(stage.draft().pk, by=stage.coordinator)
    return survey, stage.commander, reverse("survey-approve", args=[survey.pk])


def waiting_warning():
    ward = Ward()
    version = ward.submitted()
    return version, ward.commander, reverse("warning-approve", args=[version.warning_id])


def waiting_pattern():
    ward = Ward()
    made = pattern_acts.make_pattern(
        CALM,
        unit_id=ward.unit.pk,
        category="scam_impersonation",
        severity=2,
        kinds=["neighbours"],
        expires_on=times.local_date(times.now()) + datetime.timedelta(days=60),
        by=ward.officer,
    )
    return made, ward.commander, reverse("pattern", args=[made.pk])


def waiting_meeting():
    ward = Ward()
    made = announcements.propose_meeting(
        place=ward.hamlet,
        starts_at=times.now() + datetime.timedelta(days=3),
        venue="Nhà văn hóa",
        about="Phòng cháy",
        by=ward.officer,
    )
    return made, ward.commander, reverse("meeting", args=[made.pk])


def waiting_listing():
    ward = Ward()
    indicator = make.indicator("0912000417", type="phone")
    seen = make.sighting(make.tip(unit=ward.unit), indicator=indicator)
    made = propose_sighting(
        seen.pk,
        grade="confirmed",
        category="scam_bank",
        basis="Đã gọi thử.",
        month=times.local_date(times.now()).replace(day=1),
        expires_on=times.local_date(times.now()) + datetime.timedelta(days=90),
        by=ward.officer,
    )
    return made, ward.commander, reverse("listing", args=[made.pk])


KINDS = [
    waiting_claim,
    waiting_survey,
    waiting_warning,
    waiting_pattern,
    waiting_meeting,
    waiting_listing,
]


@pytest.mark.parametrize("waiting", KINDS, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("how", ["before it was sent", "while the code was looked at"])
def test_what_somebody_else_decided_is_said_in_one_way(desk_client, monkeypatch, waiting, how):
    text, second, address = waiting()
    seen = text.digest_now.hex()

    @work()
    def decide(*_args):
        steps.give_back(type(text).objects.get(pk=text.pk), reason="Thêm nguồn")
        return True

    def given_back(*args):
        # Another request, while this one has the desk's role.
        with as_owner():
            return decide(*args)

    if how == "before it was sent":
        given_back()
    monkeypatch.setattr("keng.releases.desk.is_present", given_back)
    sign_in(desk_client, second)
    sent = {"seen": seen, "code": "1", "people": "0", "serves": "on", "harm": "no"}
    answer = desk_client.post(address, sent, follow=True)
    assert answer.status_code == 200
    assert "Người khác vừa quyết định" in answer.content.decode()
