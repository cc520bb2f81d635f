"""The desk's forms of the public look-up take anything: a wrong answer is said, nothing breaks."""

import contextlib

import pytest
from django.db import transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from keng.conftest import sign_in
from keng.lookup.models import Dispute, Listing
from keng.lookup.tests.make_listing import listing
from keng.site.tests.desk_world import world
from tests import make
from tests.fuzz.chance import examples, junk

pytestmark = pytest.mark.django_db
WAYS = {
    "listing-propose": "sighting",
    "listing": "listing",
    "listing-refuse": "listing",
    "listing-end": "listing",
    "listing-dispute": "dispute",
}
MEANT = {
    "grade": ["confirmed", "reported", "imported"],
    "category": ["scam_impersonation", "other"],
    "month": ["2026-11-01", "2026-11-31", "0000-00-00"],
    "holds": ["180", "-1", "1e9"],
    "basis": ["Đã gọi thử.", " "],
    "seen": ["0" * 64],
    "harm": ["no", "yes"],
    "reason": ["Chưa đủ."],
    "why": ["no_longer", "mistake", "refused"],
    "note": ["Đã hết dùng."],
    "outcome": ["removed", "kept", "spoofed"],
    "answer": ["Chào bạn."],
}
SENT = st.fixed_dictionaries(
    {}, optional={name: st.sampled_from(values) | junk for name, values in MEANT.items()}
)


@pytest.fixture
def here():
    return world("tra cứu", parent=make.province_unit())


@contextlib.contextmanager
def undone():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("status", ["proposed", "listed", "ended"])
@examples(15)
@given(sent=SENT)
def test_a_form_of_the_look_up_takes_anything(desk_client, here, name, status, sent):
    with undone():
        row = here.rows[WAYS[name]]
        if WAYS[name] == "listing":
            row = listing("+84912000499", unit=here.unit, status=status)
        sign_in(desk_client, make.officer(unit=here.unit, role="commander"))
        answer = desk_client.post(reverse(name, args=[row.pk]), sent)
        assert answer.status_code in {200, 302, 404, 409, 422}
        # Nothing becomes public by one person, whatever was sent.
        assert not Listing.objects.filter(status="listed", released_at=None, grade="confirmed")
        assert not Dispute.objects.filter(decided_at__isnull=False, answer="")


@pytest.mark.parametrize("name", ["disputes", "proposed", "listed", "ended"])
@examples(15)
@given(page=junk)
def test_any_page_of_a_list_is_a_page(desk_client, here, name, page):
    with undone():
        sign_in(desk_client, make.officer(unit=here.unit))
        assert desk_client.get(reverse("listings"), {name: page}).status_code in {200, 400}
