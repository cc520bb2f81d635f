"""What the look-up says takes an officer's own code, and reporters whom somebody else heard."""

import pytest
from django.urls import reverse

from keng.accounts import second_factor
from keng.conftest import sign_in
from keng.kit import times
from keng.lookup import errors
from keng.lookup.models import Listing
from keng.lookup.tests.make_listing import listing, look_up
from keng.lookup_pages import propose as proposing
from keng.lookup_pages.tests.test_listings import NUMBER, objection, proposed, sighting
from keng.tips.models import TakenDown
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make.unit("Công an phường Nếnh", parent=make.province_unit("Công an tỉnh"))


@pytest.fixture
def bao(unit):
    return make.officer(unit=unit, name="Bảo")


@pytest.fixture
def chief(unit):
    return with_codes(make.officer(unit=unit, name="Hải", role="commander"))


def with_codes(officer):
    """The officer, with an app that shows codes."""
    second_factor.set_totp_secret(officer)
    return officer


def typed(unit, by, n=3):
    """Tips that an officer took down, each with the number."""
    seen = [sighting(unit, channel="phone") for _ in range(n)]
    for each in seen:
        TakenDown.objects.create(tip=each.tip, officer=by, manner="phone")
    return seen


WAYS = {"confirm": "listing", "refuse": "listing-refuse", "end": "listing-end"}
SENT = {
    "confirm": {"harm": "no"},
    "refuse": {"reason": "Chưa đủ."},
    "end": {"why": "no_longer", "note": "Hết dùng."},
}


@pytest.mark.parametrize("what", SENT)
@pytest.mark.parametrize("code", ["", "000000"])
def test_a_session_alone_changes_nothing_of_the_look_up(desk_client, unit, chief, what, code):
    status = "listed" if what == "end" else "proposed"
    made = listing(NUMBER, unit=unit, status=status)
    sign_in(desk_client, chief)
    address, sent = reverse(WAYS[what], args=[made.pk]), SENT[what]
    if what == "confirm":
        sent = sent | {"seen": made.digest_now.hex()}
    answer = desk_client.post(address, sent | ({"code": code} if code else {}))
    assert answer.status_code == 422
    assert answer.context["form"].errors["code"]
    made.refresh_from_db()
    assert made.status == status
    desk_client.post(address, sent | {"code": second_factor.current_totp_code(chief)})
    made.refresh_from_db()
    assert made.status == {"confirm": "listed", "refuse": "ended", "end": "ended"}[what]


def test_nor_does_it_decide_an_objection(desk_client, unit):
    dispute = objection(listing(NUMBER, unit=unit))
    third = with_codes(make.officer(unit=unit))
    sign_in(desk_client, third)
    address = reverse("listing-dispute", args=[dispute.pk])
    sent = {"outcome": "rejected", "answer": "Đúng."}
    for code in ({}, {"code": "000000"}):
        assert desk_client.post(address, sent | code).status_code == 422
    dispute.refresh_from_db()
    assert dispute.decided_at is None
    desk_client.post(address, sent | {"code": second_factor.current_totp_code(third)})
    dispute.refresh_from_db()
    assert dispute.outcome == "rejected"


def test_what_cannot_be_done_uses_up_no_code(desk_client, unit, chief):
    made = listing(NUMBER, unit=unit, status="proposed")
    sign_in(desk_client, chief)
    address = reverse("listing", args=[made.pk])
    sent = {"seen": made.digest_now.hex(), "code": second_factor.current_totp_code(chief)}
    answer = desk_client.post(address, sent | {"harm": "yes"})
    assert answer.status_code == 422
    assert "Vậy thì giữ nội bộ" in answer.content.decode()
    desk_client.post(address, sent | {"harm": "no"})
    made.refresh_from_db()
    assert made.status == "listed"


def test_what_the_proposer_typed_in_is_no_reporter(desk_client, unit, bao):
    seen = typed(unit, bao)
    with pytest.raises(errors.TooFewReporters):
        proposed(seen[0], bao, grade="reported")
    assert not Listing.objects.exists()
    sign_in(desk_client, bao)
    page = desk_client.get(reverse("listing-propose", args=[seen[0].pk])).content.decode()
    assert 'value="reported"' not in page


def test_nor_is_what_the_second_person_typed_in(desk_client, unit, bao, chief):
    seen = typed(unit, chief)
    made = proposed(seen[0], bao, grade="reported")
    with pytest.raises(errors.TooFewReporters):
        proposing.confirm_proposal(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    sign_in(desk_client, chief)
    code = second_factor.current_totp_code(chief)
    sent = {"seen": made.digest_now.hex(), "harm": "no", "code": code}
    address = reverse("listing", args=[made.pk])
    page = desk_client.post(address, sent, follow=True).content.decode()
    assert "do chính người đề xuất hoặc người duyệt ghi" in page
    assert look_up("0912000417")[0].grade == "no_data"
    # Whoever heard none of them may.
    third = make.officer(unit=unit.parent, name="Mai")
    proposing.confirm_proposal(made.pk, seen=made.digest_now, does_harm=False, by=third)
    assert look_up("0912000417")[0].grade == "reported"


def test_nor_what_somebody_typed_in_whose_sign_in_the_proposer_made(unit, bao):
    made = make.officer(unit=unit, name="Ma", set_up_asked_by=bao)
    seen = typed(unit, made)
    made.set_up_at = times.now()
    made.save()
    with pytest.raises(errors.TooFewReporters):
        proposed(seen[0], bao, grade="reported")


def test_the_second_person_reads_who_wrote_down_what_speaks_for_it(desk_client, unit, bao, chief):
    seen = typed(unit, bao)
    made = proposed(seen[0], bao)
    sign_in(desk_client, chief)
    page = desk_client.get(reverse("listing", args=[made.pk])).content.decode()
    assert "Do cán bộ ghi:" in page
    assert f"{bao} (3)" in page
    assert "gửi qua trang web" not in page
