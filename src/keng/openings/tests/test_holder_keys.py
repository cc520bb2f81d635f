"""A key of one's own, who else holds one, and what everybody reads of openings."""

import datetime
import json
import re
from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction

from keng.accounts.models import OfficerPasskey
from keng.kit import times
from keng.openings import holder_keys
from keng.openings.holder_keys import HoldsAlready, HoldsNoKey, NotAWrap
from keng.openings.holder_list import holder_list
from keng.openings.opening_history import opening_months, openings_for_reporter
from keng.openings.tests.conftest import hold
from keng.openings.tests.opener_double import point_of
from keng.runtime.backup import destroyed
from keng.vault.models import HolderKey, OpeningRequest, WrappedHolderKey
from tests import make

pytestmark = pytest.mark.django_db


def text(raw):
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def sent(**fields):
    wrap = {"kind": "phrase", "salt": text(bytes(32)), "wrapped": text(bytes(166)), **fields}
    return json.dumps([wrap])


def new_point():
    return point_of(ec.generate_private_key(ec.SECP256R1()))


def test_one_key_at_a_time_and_given_up_nobody_unwraps_it(desk):
    wraps = holder_keys.read_wraps(sent())
    key = holder_keys.make_holder_key(holder_keys.read_point(text(new_point())), wraps, by=desk.lan)
    assert (key.wraps.get().rounds, key.officer_ref) == (600_000, desk.lan.pk)
    with pytest.raises(HoldsAlready):
        holder_keys.make_holder_key(new_point(), wraps, by=desk.lan)
    holder_keys.retire_holder_key(by=desk.lan)
    assert not key.wraps.exists()
    with pytest.raises(HoldsNoKey):
        holder_keys.retire_holder_key(by=desk.lan)


@pytest.mark.parametrize(
    "words",
    [
        "",
        "[]",
        "{}",
        "[1]",
        "null",
        sent(kind="password"),
        sent(salt="AAAA"),
        sent(wrapped=""),
        sent(wrapped=text(bytes(600))),
        sent(credential="AAAA"),
        sent(kind="passkey"),
        sent(salt="\u00e9"),
        "[" * 30_000,
    ],
)
def test_what_is_no_wrap_is_not_kept(words):
    with pytest.raises(NotAWrap):
        holder_keys.read_wraps(words)


@pytest.mark.parametrize(
    "point",
    [b"", bytes(65), b"\x04" + bytes(64), new_point()[:33]],
    ids=["nothing", "zeros", "not on the curve", "half of one"],
)
def test_what_is_no_point_of_the_curve_is_no_key(point):
    with pytest.raises(NotAWrap):
        holder_keys.read_point(text(point))


def test_a_passkey_of_somebody_else_unwraps_nothing(desk):
    wraps = holder_keys.read_wraps(sent())
    strange = json.loads(sent(kind="passkey", credential=text(b"of somebody else")))
    with pytest.raises(NotAWrap):
        holder_keys.make_holder_key(
            new_point(), [*wraps, *holder_keys.read_wraps(json.dumps(strange))], by=desk.lan
        )
    assert not HolderKey.objects.exists()


def test_too_few_are_those_who_are_not_two_with_the_province(desk):
    def too_few():
        (found,) = holder_list([desk.commune])
        return found.are_too_few

    assert too_few()
    hold(desk, desk.lan)
    assert too_few()
    hold(desk, desk.quan)
    assert not too_few()
    desk.lan.posts.update(valid_to=times.local_date(times.now()) - datetime.timedelta(days=1))
    assert too_few()


def an_opening(desk, **fields):
    return OpeningRequest.objects.create(
        **{
            "tip_ref": desk.tip.pk,
            "what": "contact",
            "record_ref": make.some_id(),
            "reason": "danger",
            "legal_basis": "x",
            "text": "x",
            "asked_by_ref": desk.lan.pk,
            "approved_by_ref": desk.quan.pk,
            "approved_at": times.now(),
            "opened_at": times.now(),
            **fields,
        }
    )


def test_the_reporter_is_told_but_where_the_second_person_said_why_not(desk):
    told = an_opening(desk)
    an_opening(desk, is_reporter_told=False, why_not_told="Nguy hiểm")
    an_opening(desk, opened_at=None)
    assert openings_for_reporter(desk.tip.pk) == [told]


def test_everybody_reads_months_that_are_over(desk):
    last = times.local_date(times.now()).replace(day=1) - datetime.timedelta(days=1)
    then = times.start_of(last)
    for _ in range(6):
        an_opening(desk, asked_at=then)
    an_opening(desk, asked_at=then, is_emergency=True)
    an_opening(desk)
    (month,) = opening_months()
    assert month.first_day == last.replace(day=1)
    assert (month.asked, month.opened, month.refused, month.emergencies) == (7, 7, 0, 1)


def test_a_number_below_five_is_said_to_nobody(desk, public_client):
    last = times.local_date(times.now()).replace(day=1) - datetime.timedelta(days=1)
    for number in range(6):
        an_opening(desk, asked_at=times.start_of(last), is_emergency=number < 4)
    page = public_client.get("/opened/").content.decode()
    cells = [cell.strip() for cell in re.findall(r"<td>([^<]+)</td>", page)]
    assert cells == ["6", "ít hơn năm", "6", "ít hơn năm"]


def test_what_was_given_up_or_renewed_opens_nothing_after_a_restore(desk, restored_list):
    hold(desk, desk.lan, desk.bao, desk.chief, desk.quan)
    wraps = holder_keys.read_wraps(sent())
    OfficerPasskey.objects.create(
        holder=desk.chief, credential_id=b"c", public_key=b"x", label="khóa"
    )
    for officer in (desk.lan, desk.bao, desk.chief):
        wrap_again(desk, officer)
    wrap_again(desk, desk.chief, kind="passkey", credential_id=b"c")
    wrap_again(desk, desk.quan)
    # After the backup: lost with the restore, but for the list.
    with transaction.atomic():
        holder_keys.retire_holder_key(by=desk.lan)
        holder_keys.renew_phrase(wraps[0], by=desk.bao)
        holder_keys.renew_phrase(wraps[0], by=desk.chief)
        destroyed.list_destroyed()
        transaction.set_rollback(True)
    assert destroyed.do_listed_again([restored_list]).failed == {}
    standing = HolderKey.objects.filter(retired_at=None).values_list("officer_ref", flat=True)
    # Who has a passkey beside the paper goes on with that; whoever had the paper alone begins anew.
    assert set(standing) == {desk.chief.pk, desk.quan.pk}
    left = WrappedHolderKey.objects.values_list("holder_key__officer_ref", "kind")
    assert set(left) == {(desk.chief.pk, "passkey"), (desk.quan.pk, "phrase")}
    assert destroyed.do_listed_again([restored_list]).done == {}


def test_a_passkey_that_was_stopped_unlocks_nothing(desk):
    hold(desk, desk.lan)
    key = desk.keys[desk.lan.pk][0]
    wrap_again(desk, desk.lan)
    wrap_again(desk, desk.lan, kind="passkey", credential_id=b"lost")
    assert [each.kind for each in holder_keys.wraps_of(key)] == ["phrase"]


def wrap_again(desk, officer, kind="phrase", credential_id=b""):
    WrappedHolderKey.objects.create(
        holder_key=desk.keys[officer.pk][0],
        kind=kind,
        credential_id=credential_id,
        salt=bytes(32),
        wrapped=bytes(166),
    )


@pytest.fixture
def restored_list(tmp_path, monkeypatch):
    monkeypatch.setattr(destroyed, "data_folder", lambda: tmp_path)
    return tmp_path / "destroyed"
