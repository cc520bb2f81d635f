"""A team's page on the public site: answer in one tap, and hand in like anybody, but marked."""

import datetime

import pytest
from django.urls import reverse

from keng.community.tests.resident import WORDS, code_on, only_tip
from keng.conftest import sign_in
from keng.kit import times
from keng.network.actions import teams as actions
from keng.network.actions.teams import ShiftEntry
from keng.network.models import TeamAnswer
from keng.network.secret_links import lead_token
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db


class Team:
    """A team of the hamlet: a lead with a link, a rota for every day, one request."""

    def __init__(self, stage):
        self.stage = stage
        self.officer = make.officer(unit=stage.unit)
        self.group = make.group(
            unit=stage.unit, place=stage.hamlet, kind="team", name="Tổ tự quản Ninh Khánh"
        )
        self.lead = make.lead(unit=stage.unit, groups=(self.group,), name="Bác Khải")
        for day in range(7):
            entry = ShiftEntry(datetime.time(0), datetime.time(0), weekday=day, role="Tổ phó")
            actions.add_shift(self.group.pk, entry, by=self.officer)
        until = times.now() + datetime.timedelta(hours=2)
        self.ask = actions.ask_team(self.group.pk, "Xem đèn ngõ 12", until=until, by=self.officer)

    def url(self, name, *more, lead=None):
        token = lead_token(lead or self.lead)
        return reverse(name, args=(token, *more), urlconf="keng.site.public_urls")

    def begin(self, client, **more):
        return client.post(self.url("report-team"), {"group": self.group.pk, **more})


@pytest.fixture
def team(stage):
    return Team(stage)


def test_the_page_of_a_lead_holds_rota_request_and_nothing_of_tips(public_client, team, become):
    make.tip(unit=team.stage.unit, text="Chuyện của người khác", place=team.stage.hamlet)
    become("public")
    page = public_client.get(team.url("relay")).content.decode()
    assert "Tổ phó" in page
    assert "Xem đèn ngõ 12" in page
    assert "Chuyện của người khác" not in page
    answer = public_client.post(team.url("relay-team-answer", team.ask.pk), {"said": "seen"})
    assert answer.status_code == 302
    page = public_client.get(team.url("relay")).content.decode()
    assert "Bạn đã trả lời: Đã thấy" in page
    assert TeamAnswer.objects.get().said == "seen"


def test_no_press_of_another_team_and_none_after_its_time_counts(public_client, team, monkeypatch):
    other = make.lead(unit=team.stage.unit, name="Người khác")
    target = team.url("relay-team-answer", team.ask.pk, lead=other)
    assert public_client.post(target, {"said": "done"}).status_code == 404
    mine = team.url("relay-team-answer", team.ask.pk)
    assert public_client.get(mine).status_code == 405
    assert public_client.post(mine, {"said": "sold"}).status_code == 302
    later = times.now() + datetime.timedelta(hours=3)
    monkeypatch.setattr(times, "now", lambda: later)
    assert public_client.post(mine, {"said": "done"}).status_code == 302
    assert not TeamAnswer.objects.exists()


def test_a_lead_of_no_team_sees_no_team(public_client, team):
    landlord = make.lead(unit=team.stage.unit, name="Bà Mão")
    page = public_client.get(team.url("relay", lead=landlord)).content.decode()
    assert "Trực ban nhờ" not in page
    target = team.url("report-team", lead=landlord)
    assert public_client.post(target, {"group": team.group.pk}).status_code == 404


def test_what_a_team_hands_in_is_marked_and_names_neither_team_nor_lead(
    public_client, resident, team
):
    assert team.begin(public_client)["Location"] == "/report/who-gets/"
    assert 'name="as_team"' in resident.look("who-gets").content.decode()
    resident.post("who-gets", desk="commune", as_team="on")
    resident.post("what", topic="scam")
    # The place of the team is chosen already.
    page = resident.look("where").content.decode()
    assert f'value="{team.stage.hamlet.pk}" checked' in page
    resident.post("where", q="", searched="", choice=team.stage.hamlet.pk, spot="")
    resident.post("describe", text=WORDS, happening="over")
    resident.post("name", wish="anonymous")
    assert "Tổ tự quản" in resident.look("check").content.decode()
    assert code_on(resident.send())
    tip = only_tip()
    assert (tip.channel, tip.place) == ("team", team.stage.hamlet)
    every_word = " ".join(str(value) for value in Tip.objects.values_list().get())
    assert "Khải" not in every_word
    assert str(team.lead.pk) not in every_word
    assert str(team.group.pk) not in every_word


def test_the_desk_reads_that_it_comes_from_a_team(desk_client, team):
    tip = make.tip(unit=team.stage.unit, channel="team")
    page = sign_in(desk_client, team.officer).get(f"/tips/{tip.pk}/").content.decode()
    assert "tổ tự quản" in page
    assert "tổ nào và ai trong tổ thì không ghi lại" in page


def test_without_the_tick_it_comes_in_like_any_other(public_client, resident, team):
    team.begin(public_client)
    resident.write(place=team.stage.place)
    resident.send()
    assert only_tip().channel == "web"


def test_nobody_else_can_claim_to_be_a_team(stage, resident):
    resident.post("who-gets", desk="commune", as_team="on")
    resident.write(place=stage.place)
    resident.send()
    assert only_tip().channel == "web"


def test_a_report_of_ones_own_is_neither_lost_nor_marked(public_client, resident, team):
    resident.write(place=team.stage.place)
    page = team.begin(public_client).content.decode()
    assert "đang có một tin chưa gửi" in page
    assert WORDS in resident.look("check").content.decode()
    team.begin(public_client, anew="1")
    assert WORDS not in resident.look("check").content.decode()


def test_the_page_of_the_place_says_how_many_teams_keep_a_rota(public_client, team):
    page = public_client.get(f"/places/{team.stage.place.code}/").content.decode()
    assert "Ở đây có 1 tổ tự quản" in page
    assert "Tổ phó" not in page
    assert "Bác Khải" not in page
    elsewhere = public_client.get(f"/places/{team.stage.other_place.code}/").content.decode()
    assert "tổ tự quản của bà con" not in elsewhere
