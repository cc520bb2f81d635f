"""Whoever passed a warning on is told by letter, once for each change, where they asked for it."""

import re

import pytest

from keng.delivery.models import Delivery
from keng.network.actions.subscriptions import recent_mailboxes
from keng.network.models import Subscription
from keng.partners.actions import inviting, sharing
from keng.partners.actions.telling_members import tell_members
from keng.partners.models import KitShare
from keng.partners.tests.stage import Stage, signed_in
from keng.partners.tests.test_changed_shares import corrected, take_back
from keng.vault import opening, seal
from keng.vault.key_pairs import new_private_key, public_half
from keng.vault.models import SenderKey
from keng.warnings.tests.ward import CALM, Ward
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def ward():
    found = Ward()
    make.channel_account(unit=found.unit, channel="email")
    return found


@pytest.fixture
def opened():
    """What the sender alone can read."""
    key = new_private_key()
    SenderKey.objects.create(public_key=public_half(key))
    seal.forget_public_keys()
    recent_mailboxes.forget()
    yield lambda row: opening.open_with_unit_key(
        row.text_sealed, key, kind="text", ref=row.pk
    ).decode()
    recent_mailboxes.forget()
    seal.forget_public_keys()


@pytest.fixture
def tell_members_as_worker(become):
    def run():
        become("worker")
        found = tell_members()
        become("owner")
        return found

    return run


def letters_for(member, **fields):
    return make.subscription(places=(), member_ref=member.pk, **fields)


def letters():
    return Delivery.objects.filter(dispatch__source_kind="changed_share").order_by("id")


def test_a_letter_comes_once_for_each_change_and_says_nothing_of_groups(
    stage, ward, tell_members_as_worker, opened
):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=417, by=stage.thu)
    letters_for(stage.thu)
    letters_for(stage.binh, confirmed_at=None)
    letters_for(stage.invited(name="Báo Thử", username="bao").member)
    assert tell_members_as_worker() == 0
    corrected(ward, version)
    assert [tell_members_as_worker(), tell_members_as_worker()] == [1, 0]
    take_back(ward, version)
    assert [tell_members_as_worker(), tell_members_as_worker()] == [1, 0]
    first, second = letters().select_related("text")
    assert first.text.subject.startswith("Đã đính chính")
    words = opened(second)
    assert words.startswith("Đã thu hồi: một cảnh báo bạn đã chuyển tiếp: “" + CALM["title"])
    assert "/partner/kit/" in words
    assert "/stop/" in words
    assert "417" not in re.sub(r"\S*/\S*", "", words)
    assert {row.recipient_kind for row in (first, second)} <= set(Delivery.PERSON_ALONE)


def test_whoever_confirms_later_is_told_of_what_changes_since(
    stage, ward, tell_members_as_worker, opened
):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=3, by=stage.thu)
    corrected(ward, version)
    letters_for(stage.thu)
    assert tell_members_as_worker() == 0
    take_back(ward, version)
    assert tell_members_as_worker() == 1


def test_who_signs_in_no_more_and_what_is_set_right_get_no_letter(
    stage, ward, tell_members_as_worker, opened
):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=3, by=stage.thu)
    letters_for(stage.thu)
    take_back(ward, version)
    inviting.close_member(stage.thu.pk, by=stage.administrator)
    assert tell_members_as_worker() == 0
    assert KitShare.objects.get().told_at is None
    of_closed = Subscription.objects.get()
    assert (of_closed.stopped_at is None, bytes(of_closed.address_sealed)) == (False, b"")
    letters_for(stage.binh)
    sharing.set_kit_share_right(version.warning_id, by=stage.binh)
    assert tell_members_as_worker() == 0


def test_what_waits_for_a_closed_member_is_called_off(stage, ward, tell_members_as_worker, opened):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=3, by=stage.thu)
    letters_for(stage.thu)
    take_back(ward, version)
    assert tell_members_as_worker() == 1
    inviting.close_member(stage.thu.pk, by=stage.administrator)
    tell_members_as_worker()
    assert letters().get().state == "cancelled"


def test_the_address_is_confirmed_from_the_mailbox_and_taken_back_on_the_page(
    public_client, stage, ward, opened, become
):
    signed_in(public_client, stage.thu)
    become("public")
    assert "/partner/letters/" in public_client.get("/partner/kit/").content.decode()
    wrong = public_client.post("/partner/letters/", {"email": "hoa@"})
    assert wrong.status_code == 422
    assert 'value="hoa@"' in wrong.content.decode()
    for _tap in range(2):
        sent = public_client.post("/partner/letters/", {"email": "hoa@example.com"})
    assert sent.status_code in {200, 303}
    become("owner")
    asked = Subscription.objects.get()
    assert (asked.member_ref, asked.confirmed_at) == (stage.thu.pk, None)
    letter = Delivery.objects.get()
    confirm = re.search(r"https?://[^/\s]+(/subscribe/\S+)", opened(letter))[1]
    become("public")
    assert "đối tác của bạn đã chuyển tiếp" in public_client.get(confirm).content.decode()
    public_client.post(confirm)
    page = public_client.get("/partner/letters/").content.decode()
    stop = re.search(r'href="(/stop/[^"]+)"', page)[1]
    assert "Rút yêu cầu" in public_client.get(stop).content.decode()
    public_client.post(stop)
    assert 'name="email"' in public_client.get("/partner/letters/").content.decode()
    become("owner")
    asked.refresh_from_db()
    assert asked.stopped_at is not None
