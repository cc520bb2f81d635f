"""Two sign-ins from the same hands are no two people: neither lets out what the other wrote."""

import pytest

from keng.accounts.models import Notice, Officer, Post
from keng.accounts.tests.stage import Stage, able
from keng.accounts.vouching import (
    HAND_COUNTS_FOR,
    are_of_one_line,
    had_a_hand,
    tied_to,
    tied_to_any,
)
from keng.accounts.who import RELEASING
from keng.conftest import sign_in
from keng.kit import times
from keng.releases.errors import HandInIt
from keng.releases.hands import hand_refusal, who_could_let_out
from keng.warnings.tests.test_releasing import release
from keng.warnings.tests.ward import Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def make_signed_in(officer, asker, second, at=None):
    """The officer's sign-in came from these two."""
    hands = {"set_up_asked_by": asker, "set_up_agreed_by": second}
    Officer.objects.filter(pk=officer.pk).update(**hands, set_up_at=at or times.now())
    return Officer.objects.get(pk=officer.pk)


@pytest.fixture
def makers(ward):
    return [make.officer(unit=ward.coordinator.current_posts[0].unit) for _ in range(4)]


@pytest.mark.parametrize("pair", [(0, 1), (1, 0), (0, 2), (2, 1), (2, 0)])
def test_one_ghost_does_not_approve_what_the_other_wrote(desk_client, ward, makers, pair):
    author = make_signed_in(ward.officer, makers[0], makers[1])
    second = make_signed_in(ward.coordinator, makers[pair[0]], makers[pair[1]])
    version = ward.submitted(by=author)
    with pytest.raises(HandInIt):
        release(version, second)
    sign_in(desk_client, second)
    page = desk_client.get(f"/warnings/{version.warning_id}/approve/").content.decode()
    assert "cùng một người" in page
    assert str(ward.commander) in page
    assert "Duyệt và gửi" not in page
    # Somebody else at hand lets it out, as always.
    release(version, ward.commander)


def test_other_hands_or_one_who_is_known_at_the_desk_approve(ward, makers):
    author = make_signed_in(ward.officer, makers[0], makers[1])
    second = make_signed_in(ward.coordinator, makers[2], makers[3])
    release(ward.submitted(by=author), second)
    old = make_signed_in(ward.coordinator, makers[0], makers[1], times.now() - HAND_COUNTS_FOR)
    release(ward.submitted(by=author), old)


def test_all_three_ways_of_asking_say_the_same(ward, makers):
    one = make_signed_in(ward.officer, makers[0], makers[1])
    other = make_signed_in(ward.coordinator, makers[1], makers[2])
    assert had_a_hand(one, other)
    assert had_a_hand(other, one)
    assert other.pk in tied_to(one)
    assert one.pk in tied_to(other)
    assert other.pk in tied_to_any([one.pk])
    assert one.pk in tied_to_any([other.pk])
    # Whoever agreed to most officers is no reason why none of them makes another.
    assert not are_of_one_line(one, other)


def test_where_all_come_from_one_pair_the_page_names_the_operator_and_who_they_set_up_approves(
    ward, makers
):
    for officer in (ward.officer, ward.commander, ward.coordinator, ward.province_duty):
        make_signed_in(officer, makers[0], makers[1])
    Post.objects.filter(officer__in=makers).delete()
    author = Officer.objects.get(pk=ward.officer.pk)
    unit = author.current_posts[0].unit
    assert who_could_let_out(RELEASING, unit, [author.pk]) == []
    assert "máy chủ" in hand_refusal(RELEASING, unit, [author.pk])
    # As `keng officer renew` leaves it: nobody's hands but the operator's.
    make_signed_in(ward.coordinator, None, None)
    assert [post.officer_id for post in who_could_let_out(RELEASING, unit, [author.pk])] == [
        ward.coordinator.pk
    ]
    release(ward.submitted(by=author), Officer.objects.get(pk=ward.coordinator.pk))


def test_two_who_make_two_coordinators_are_not_the_only_ones_to_know(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    stage = Stage()
    Post.objects.filter(officer=stage.commander).delete()
    watching = [
        able(unit=stage.province, role=role)
        for role in ("auditor", "data_protection", "coordinator")
    ]
    ghosts = [
        stage.make_officer(
            username=name, role="coordinator", unit=stage.province, second=stage.other
        )
        for name in ("ma1", "ma2")
    ]
    for each in watching:
        assert Notice.objects.filter(officer=each, act="agreed", by=stage.other).count() == 2
    assert had_a_hand(*ghosts)
