"""Whoever passed a warning on is told that it was corrected or taken back, until they say it is."""

import pytest

from keng.acts.errors import NotAllowed
from keng.partners.actions import sharing
from keng.partners.changed_shares import changed_shares_of
from keng.partners.models import KitShare
from keng.partners.tests.stage import Stage, signed_in
from keng.warnings import actions
from keng.warnings.tests.test_releasing import release
from keng.warnings.tests.ward import CALM, NOTE, Ward

pytestmark = pytest.mark.django_db
RIGHTED = {**CALM, **NOTE, "title": "Công an không gọi điện về căn cước"}


@pytest.fixture
def stage():
    return Stage()


@pytest.fixture
def ward():
    return Ward()


def corrected(ward, version):
    """The same warning with other words, let out."""
    actions.revise_warning(
        version.warning_id, content=ward.content(RIGHTED), choice=ward.choice(), by=ward.officer
    )
    latest = actions.submit_warning(version.warning_id, by=ward.officer)
    release(latest, ward.commander)
    return latest


def take_back(ward, version):
    actions.recall_warning(version.warning_id, reason="wrong_number", by=ward.commander)


def test_what_still_holds_asks_for_nothing(stage, ward):
    sharing.note_kit_share(ward.published().pk, groups=3, by=stage.thu)
    assert changed_shares_of(stage.partner) == []


def test_who_passed_it_on_reads_that_it_was_taken_back_and_nobody_else(stage, ward):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=3, by=stage.thu)
    other = stage.invited(name="Báo Thử", username="bao").member
    take_back(ward, version)
    [changed] = changed_shares_of(stage.partner)
    assert (changed.is_recalled, changed.groups, changed.title) == (True, 3, CALM["title"])
    assert changed.text.startswith("THU HỒI: ")
    assert "bị sai" in changed.why
    assert changed_shares_of(other.partner) == []


def test_whoever_says_so_after_the_recall_is_told_as_well(public_client, stage, ward):
    version = ward.published()
    signed_in(public_client, stage.thu)
    take_back(ward, version)
    sent = {"version": str(version.pk), "groups": "4"}
    page = public_client.post("/partner/kit/", sent, follow=True).content.decode()
    assert "Đã thu hồi: một cảnh báo bạn đã chuyển tiếp" in page
    for unknown in ("", "x", str(ward.draft().pk)):
        answer = public_client.post("/partner/kit/", sent | {"version": unknown})
        assert answer.status_code == 404


def test_a_correction_after_it_was_set_right_asks_again(stage, ward):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=2, by=stage.thu)
    corrected(ward, version)
    [changed] = changed_shares_of(stage.partner)
    assert (changed.is_recalled, changed.why) == (False, NOTE["note"])
    assert changed.text.startswith("ĐÍNH CHÍNH: ")
    sharing.set_kit_share_right(version.warning_id, by=stage.binh)
    assert changed_shares_of(stage.partner) == []
    # The second tap finds nothing to change; the recall is another thing.
    sharing.set_kit_share_right(version.warning_id, by=stage.thu)
    take_back(ward, version)
    assert [each.is_recalled for each in changed_shares_of(stage.partner)] == [True]


def test_whoever_passed_the_correction_on_has_set_it_right(stage, ward):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=2, by=stage.thu)
    latest = corrected(ward, version)
    sharing.note_kit_share(latest.pk, groups=5, by=stage.thu)
    assert changed_shares_of(stage.partner) == []
    take_back(ward, version)
    assert [each.groups for each in changed_shares_of(stage.partner)] == [5]


def test_a_partner_that_never_passed_it_on_cannot_say_so(stage, ward):
    version = ward.published()
    with pytest.raises(NotAllowed):
        sharing.set_kit_share_right(version.warning_id, by=stage.thu)


def test_the_partners_pages_say_it_first_and_take_the_answer(public_client, stage, ward, become):
    version = ward.published()
    sharing.note_kit_share(version.pk, groups=3, by=stage.thu)
    take_back(ward, version)
    signed_in(public_client, stage.thu)
    become("public")
    for address in ("/partner/", "/partner/kit/"):
        page = public_client.get(address).content.decode()
        assert "Đã thu hồi: một cảnh báo bạn đã chuyển tiếp" in page
        assert "THU HỒI: " in page
    answer = public_client.post(f"/partner/kit/{version.warning_id}/right/")
    assert (answer.status_code, answer.url) == (303, "/partner/kit/")
    assert "bạn đã chuyển tiếp" not in public_client.get("/partner/").content.decode()
    become("owner")
    assert KitShare.objects.get().set_right_at is not None
