"""Self-management teams: rota, requests, and what neither may hold."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from keng.accounts.models import Post
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import times
from keng.network.actions import teams as actions
from keng.network.actions.teams import ShiftEntry
from keng.network.models import TeamAnswer, TeamAsk, TeamShift
from keng.network.queries import teams
from keng.network.tasks import ASKS_KEPT, SHIFTS_KEPT, forget_rotas
from tests import make

pytestmark = pytest.mark.django_db
# A Thursday.
EVENING = dt.datetime(2026, 11, 26, 20, 0, tzinfo=times.VIETNAM)


class Desk:
    """A ward with one officer, and a team with one lead."""

    def __init__(self):
        self.place = make.place("Nếnh", full_name="Phường Nếnh", folded="nenh")
        self.unit = make.unit("Công an phường Nếnh", serves=self.place)
        self.officer = make.officer(unit=self.unit)
        self.team = make.group(unit=self.unit, place=self.place, kind="team", name="Tổ tự quản 1")
        self.lead = make.lead(unit=self.unit, groups=(self.team,), name="Bác Khải")


@pytest.fixture
def desk():
    return Desk()


@pytest.fixture
def at(monkeypatch):
    """Set the clock."""

    def put(moment):
        monkeypatch.setattr(times, "now", lambda: moment)

    put(EVENING)
    return put


def entry(weekday=3, begins=21, ends=23, **more):
    return ShiftEntry(dt.time(begins), dt.time(ends), weekday=weekday, **more)


def asked(desk, words="Đi một vòng ngõ chợ", hours=3):
    until = times.now() + dt.timedelta(hours=hours)
    return actions.ask_team(desk.team.pk, words, until=until, by=desk.officer)


def test_the_rota_until_morning_holds_what_runs_and_what_begins_before_six(desk, at):
    for each in (
        entry(begins=19, ends=21, role="Tổ phó"),
        entry(begins=23, ends=1, lead_id=desk.lead.pk),
        entry(weekday=4, begins=5, ends=7, role="Người trực sớm"),
        entry(weekday=4, begins=21, ends=23, role="Người của tối mai"),
        entry(begins=6, ends=8, role="Người của sáng nay"),
    ):
        actions.add_shift(desk.team.pk, each, by=desk.officer)
    turns = teams.turns_until_morning(desk.team)
    assert [(t.holder, t.is_now) for t in turns] == [
        ("Tổ phó", True),
        ("Bác Khải", False),
        ("Người trực sớm", False),
    ]
    # After midnight the shift that began yesterday still runs, and it is still the same night.
    at(EVENING + dt.timedelta(hours=4, minutes=30))
    turns = teams.turns_until_morning(desk.team)
    assert [(t.holder, t.is_now) for t in turns] == [("Bác Khải", True), ("Người trực sớm", False)]


def test_handing_over_ends_the_earlier_shift_in_the_same_step(desk, at):
    first = actions.add_shift(desk.team.pk, entry(role="Tổ phó"), by=desk.officer)
    actions.add_shift(
        desk.team.pk, entry(lead_id=desk.lead.pk), by=desk.officer, instead_of=first.pk
    )
    assert [teams.shift_holder(s) for s in teams.rota_of(desk.team)] == ["Bác Khải"]
    first.refresh_from_db()
    assert first.ended_at == EVENING
    acts = Entry.objects.order_by("id").values_list("action", flat=True)
    assert list(acts) == ["group.shift_added", "group.shift_handed_over"]


def test_a_shift_is_held_by_a_lead_of_this_team_or_by_a_role(desk):
    stranger = make.lead(unit=desk.unit, name="Người ngoài")
    with pytest.raises(actions.NotInTeam):
        actions.add_shift(desk.team.pk, entry(lead_id=stranger.pk), by=desk.officer)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamShift.objects.create(
            group=desk.team, weekday=0, begins=dt.time(1), ends=dt.time(2), role=""
        )
    actions.add_shift(desk.team.pk, entry(lead_id=desk.lead.pk), by=desk.officer)
    desk.lead.stopped_at = times.now()
    desk.lead.save()
    assert [teams.shift_holder(s) for s in teams.rota_of(desk.team)] == [""]


def test_the_public_number_counts_teams_with_somebody_on_a_rota(desk):
    place = [desk.place.pk]
    assert teams.count_teams_with_rota(place) == 0
    for _ in range(2):
        shift = actions.add_shift(desk.team.pk, entry(lead_id=desk.lead.pk), by=desk.officer)
    assert teams.count_teams_with_rota(place) == 1
    for each in TeamShift.objects.all():
        actions.end_shift(each.pk, by=desk.officer)
    assert teams.count_teams_with_rota(place) == 0
    assert actions.end_shift(shift.pk, by=desk.officer).ended_at is not None
    assert Entry.objects.filter(action="group.shift_ended").count() == 2


def test_answers_are_counted_once_a_lead_and_the_last_one_holds(desk, at):
    made = asked(desk)
    other = make.lead(unit=desk.unit, groups=(desk.team,))
    actions.answer_ask(made.pk, "cannot", lead=desk.lead)
    actions.answer_ask(made.pk, "done", lead=desk.lead)
    (found,) = teams.asks_with_progress(desk.team)
    assert (found.leads, found.answered, found.done, found.cannot) == (2, 1, 1, 0)
    said = Entry.objects.filter(action="group.answered")
    assert [e.detail["said"] for e in said.order_by("seq")] == ["cannot", "done"]
    at(EVENING + dt.timedelta(hours=4))
    with pytest.raises(actions.AskIsOver):
        actions.answer_ask(made.pk, "seen", lead=other)


def test_a_lead_of_another_team_cannot_answer(desk):
    made = asked(desk)
    elsewhere = make.group(unit=desk.unit, place=desk.place, kind="team")
    stranger = make.lead(unit=desk.unit, groups=(elsewhere,))
    with pytest.raises(TeamAsk.DoesNotExist):
        actions.answer_ask(made.pk, "done", lead=stranger)
    assert not TeamAnswer.objects.exists()


def test_at_most_five_requests_are_open(desk):
    many = [asked(desk) for _ in range(actions.MOST_OPEN_ASKS)]
    with pytest.raises(actions.TooManyAsks):
        asked(desk)
    actions.end_ask(many[0].pk, by=desk.officer)
    assert asked(desk)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("Hỏi chủ số 0912 000 417", "biển số"),
        ("Xem xe 99A-123.45 đỗ ở đâu", "biển số"),
        ("Để ý nhà ông Nguyễn Văn Thử", "tên người"),
        ("", "Bạn ghi việc nhờ tổ"),
    ],
)
def test_a_team_is_asked_about_no_person_and_no_number(desk, desk_client, words, complaint):
    sign_in(desk_client, desk.officer)
    tomorrow = times.local_date(times.now()) + dt.timedelta(days=1)
    sent = {"words": words, "until_day": tomorrow.isoformat(), "until_hour": "22:00"}
    answer = desk_client.post(f"/groups/{desk.team.pk}/team/ask/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert complaint in page
    # What was typed is still there.
    assert words in page
    assert not TeamAsk.objects.exists()


def test_a_name_of_a_place_is_no_name_of_a_person(desk, desk_client):
    hamlet = make.place(parent=desk.place, kind="hamlet", name="Hoàng Mai")
    assert hamlet
    sign_in(desk_client, desk.officer)
    tomorrow = times.local_date(times.now()) + dt.timedelta(days=1)
    sent = {
        "words": "Đi qua bãi xe khu trọ Hoàng Mai lúc 23 giờ",
        "until_day": tomorrow.isoformat(),
        "until_hour": "23:30",
    }
    assert desk_client.post(f"/groups/{desk.team.pk}/team/ask/", sent).status_code == 302


def test_a_name_is_no_role(desk, desk_client):
    sign_in(desk_client, desk.officer)
    sent = {"when": "0", "begins": "21:00", "ends": "23:00", "holder": "", "role": "Ông Chinh"}
    answer = desk_client.post(f"/groups/{desk.team.pk}/team/shift/", sent)
    assert answer.status_code == 422
    assert "Hãy ghi vai trò" in answer.content.decode()
    assert not TeamShift.objects.exists()
    desk_client.post(f"/groups/{desk.team.pk}/team/shift/", sent | {"role": "Tổ phó"})
    assert TeamShift.objects.get().role == "Tổ phó"


def test_whoever_only_reads_changes_nothing(desk, desk_client):
    auditor = make.officer(unit=desk.unit, role=Post.Role.AUDITOR)
    with pytest.raises(NotAllowed):
        actions.add_shift(desk.team.pk, entry(role="Tổ phó"), by=auditor)
    sign_in(desk_client, auditor)
    page = desk_client.get(f"/groups/{desk.team.pk}/team/").content.decode()
    assert "/team/ask/" not in page
    assert desk_client.post(f"/groups/{desk.team.pk}/team/ask/", {}).status_code == 403


def test_a_group_of_another_kind_has_no_rota(desk, desk_client):
    sign_in(desk_client, desk.officer)
    other = make.group(unit=desk.unit, place=desk.place)
    assert desk_client.get(f"/groups/{other.pk}/team/").status_code == 404
    assert "/team/" not in desk_client.get(f"/groups/{other.pk}/").content.decode()
    assert (
        f"/groups/{desk.team.pk}/team/"
        in desk_client.get(f"/groups/{desk.team.pk}/").content.decode()
    )


def test_the_worker_forgets_old_shifts_and_requests_with_their_answers(desk, at):
    week = actions.add_shift(desk.team.pk, entry(role="Tổ phó"), by=desk.officer)
    over = actions.add_shift(desk.team.pk, entry(role="Tổ phó"), by=desk.officer)
    actions.end_shift(over.pk, by=desk.officer)
    single = ShiftEntry(dt.time(21), dt.time(23), day=EVENING.date(), role="Tổ phó")
    actions.add_shift(desk.team.pk, single, by=desk.officer)
    made = asked(desk)
    actions.answer_ask(made.pk, "done", lead=desk.lead)
    at(EVENING + SHIFTS_KEPT - dt.timedelta(hours=1))
    assert forget_rotas() == 0
    at(EVENING + SHIFTS_KEPT + dt.timedelta(days=1, hours=1))
    assert forget_rotas() == 2
    assert TeamShift.objects.get() == week
    at(EVENING + ASKS_KEPT + dt.timedelta(hours=4))
    assert forget_rotas() == 2
    assert not TeamAnswer.objects.exists()
