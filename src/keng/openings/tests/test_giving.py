"""Two shares, one record, once; and what each officer reads where nothing is opened."""

import datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keng.accounts.models import Officer, Post
from keng.audit.models import Entry
from keng.kit import times
from keng.kit.database import data_folder
from keng.openings import asking, giving
from keng.openings.giving import (
    OpenedBefore,
    OpenerIsAway,
    SecondIsNoneNow,
    ShareLapsed,
    ShareMissing,
    WishBeforeShowing,
)
from keng.openings.records import TakenBack
from keng.openings.tests.conftest import hold
from keng.openings.tests.opener_double import SUITE
from keng.openings.tests.test_asking import wish
from keng.tips.errors import ContentIsSealed, NotYours
from keng.tips.models import Attachment, Recusal, Tip
from keng.vault.models import HolderKey

pytestmark = pytest.mark.django_db
GONE = "files/originals/01a22bea-0000-7000-8000-000000000000"


@pytest.fixture
def wanted_opening(desk, opener):
    hold(desk, desk.lan, desk.chief, desk.quan)
    for officer in (desk.lan, desk.chief):
        opener.hold_for(desk.keys[officer.pk][0])
    return asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)


def gives(desk, wanted_opening, officer):
    """What the officer's browser does."""
    told = giving.share_to_give(wanted_opening.pk, officer=officer)
    private = desk.keys[officer.pk][1]
    share = SUITE.decrypt(told.share, private, info=told.share_info)
    once = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), told.one_time_key)
    sealed = SUITE.encrypt(share, once, info=told.given_info)
    giving.give_share(wanted_opening.pk, sealed, officer=officer)
    return sealed


def approves(desk, wanted_opening):
    asking.approve_opening(wanted_opening.pk, tells_reporter=True, why_not_told="", by=desk.chief)


def test_two_shares_open_it_once_for_who_asked(desk, wanted_opening):
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    with pytest.raises(NotYours):
        giving.open_once(wanted_opening.pk, officer=desk.chief)
    opened = giving.open_once(wanted_opening.pk, officer=desk.lan)
    assert opened.parts == {"name": "Người Báo", "phone": "0912000111"}
    with pytest.raises(OpenedBefore):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    steps = list(
        Entry.objects.filter(action__startswith="opening.").values_list("action", flat=True)
    )
    once = ["opening.approved", "opening.asked", "opening.shown"]
    assert sorted(steps) == sorted([*once, "opening.share_given", "opening.share_given"])


def test_one_share_opens_nothing(desk, wanted_opening):
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    with pytest.raises(ShareMissing):
        giving.open_once(wanted_opening.pk, officer=desk.lan)


@pytest.mark.parametrize(
    "wish_since",
    [{"do_not_contact": True}, {"do_not_call": True}, {"safe_from": 9, "safe_until": 11}],
)
def test_a_wish_that_came_after_the_yes_stands_above_the_number_too(
    desk, wanted_opening, monkeypatch, wish_since
):
    night = times.now().astimezone(times.VIETNAM).replace(hour=3)
    monkeypatch.setattr(times, "now", lambda: night)
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    Tip.objects.filter(pk=desk.tip.pk).update(**wish_since)
    with pytest.raises(WishBeforeShowing):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    again = asking.ask_opening(desk.tip.pk, wish(desk, override_reason="Cháy"), by=desk.lan)
    asking.approve_opening(again.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    for officer in (desk.lan, desk.chief):
        gives(desk, again, officer)
    assert giving.open_once(again.pk, officer=desk.lan).parts["phone"]


def test_nobody_but_the_two_is_handed_a_share(desk, wanted_opening):
    approves(desk, wanted_opening)
    for officer in (desk.quan, desk.bao):
        with pytest.raises(NotYours):
            giving.share_to_give(wanted_opening.pk, officer=officer)


def test_after_fifteen_minutes_both_give_again(desk, wanted_opening, monkeypatch):
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    later = times.now() + datetime.timedelta(minutes=16)
    monkeypatch.setattr(times, "now", lambda: later)
    with pytest.raises(ShareLapsed):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    gives(desk, wanted_opening, desk.lan)
    with pytest.raises(ShareMissing):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    gives(desk, wanted_opening, desk.chief)
    assert giving.open_once(wanted_opening.pk, officer=desk.lan).parts["phone"]


def test_a_captured_share_fits_no_other_request(desk, wanted_opening):
    captured = gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    giving.open_once(wanted_opening.pk, officer=desk.lan)
    again = asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
    asking.approve_opening(again.pk, tells_reporter=True, why_not_told="", by=desk.chief)
    gives(desk, again, desk.chief)
    with pytest.raises(ShareMissing):
        giving.give_share(again.pk, captured, officer=desk.lan)
    with pytest.raises(ShareMissing):
        giving.open_once(again.pk, officer=desk.lan)


def test_an_opener_that_is_away_is_said_in_words(desk, wanted_opening, opener):
    opener.is_away = True
    with pytest.raises(OpenerIsAway) as said:
        giving.share_to_give(wanted_opening.pk, officer=desk.lan)
    assert "người vận hành" in str(said.value.sentence)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"withdrawn_at": times.now()}, TakenBack),
        ({"kind": "ngoai_pham_vi"}, ContentIsSealed),
    ],
)
def test_what_was_agreed_to_is_not_opened_once_the_report_is_sealed_or_taken_back(
    desk, wanted_opening, fields, error
):
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    Tip.objects.filter(pk=desk.tip.pk).update(**fields)
    with pytest.raises(error):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    assert not Entry.objects.filter(action="opening.shown").exists()


def test_a_file_that_is_gone_is_no_error_of_the_page(desk, opener):
    """Taken back or purged between the yes and the share, its row has no path any more."""
    hold(desk, desk.lan, desk.chief)
    kept = data_folder() / GONE
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(bytes(desk.contact.ciphertext))
    file = Attachment.objects.create(
        tip=desk.tip, kind="image", mime="image/jpeg", size=8, original_path=GONE
    )
    asked = asking.ask_opening(desk.tip.pk, wish(desk, record=f"file:{file.pk}"), by=desk.lan)
    kept.unlink()
    for path in (GONE, ""):
        Attachment.objects.filter(pk=file.pk).update(original_path=path)
        with pytest.raises(NotYours):
            giving.share_to_give(asked.pk, officer=desk.lan)


def is_recused(desk):
    Recusal.objects.create(tip=desk.tip, officer=desk.chief, by=desk.chief)


def has_left(desk):
    Post.objects.filter(officer=desk.chief).update(
        valid_from=datetime.date(2020, 1, 1), valid_to=datetime.date(2020, 1, 2)
    )


def is_closed(desk):
    Officer.objects.filter(pk=desk.chief.pk).update(is_active=False)


def gave_the_key_up(desk):
    HolderKey.objects.filter(officer_ref=desk.chief.pk).update(retired_at=times.now())


@pytest.mark.parametrize("happens", [is_recused, has_left, is_closed, gave_the_key_up])
def test_nothing_is_opened_on_the_yes_of_somebody_who_could_not_say_it_now(
    desk, wanted_opening, opener, happens
):
    """A yes that was said with a stolen sign-in ends with it, also where a share was given."""
    gives(desk, wanted_opening, desk.lan)
    approves(desk, wanted_opening)
    gives(desk, wanted_opening, desk.chief)
    happens(desk)
    with pytest.raises(SecondIsNoneNow):
        giving.open_once(wanted_opening.pk, officer=desk.lan)
    assert not Entry.objects.filter(action="opening.shown").exists()
    # Asked again, it waits for somebody who can.
    assert asking.ask_opening(desk.tip.pk, wish(desk), by=desk.lan)
