"""The opener: two people's shares open one record, once, and nothing else opens anything."""

import contextlib
import datetime
import uuid

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from keng.audit.models import Entry
from keng.kit import times
from keng.kit.database import data_folder
from keng.vault import hybrid, seal, share_seals
from keng.vault.models import OpeningRequest, SealedIdentity, UnitKey
from keng.vault.opener import one_time_keys, sessions
from keng.vault.opener.opener_rows import OpenerRows
from keng.vault.opener_client import (
    APPROVED_ENTRY,
    AlreadyOpened,
    KeptByOperator,
    Lapsed,
    NotInRecord,
    SharesMissing,
    given_info,
    share_info,
)
from keng.vault.tests.key_holders import Holder, current, make_holders

pytestmark = pytest.mark.django_db
WORDS = '{"name": "Nguyễn Thị Thử"}'


@pytest.fixture
def holders(unit):
    """Two people of the unit, and a third one."""
    return make_holders(unit, 3)


@pytest.fixture
def opener(unit):
    connection.ensure_connection()
    return sessions.Opener(OpenerRows(connection.connection, data_folder()))


def sealed_contact(unit):
    tip = uuid.uuid4()
    ciphertext = seal.seal_for_unit(unit.pk, WORDS, kind="contact", ref=tip)
    return SealedIdentity.objects.create(
        tip_ref=tip, unit=unit, kind="contact", holds=["name"], ciphertext=ciphertext
    )


def make_request(row, first, **fields):
    request = OpeningRequest.objects.create(
        tip_ref=row.tip_ref,
        record_ref=row.pk,
        what="contact",
        reason="danger",
        legal_basis="Điều 1",
        text="Cần gọi lại",
        asked_by_ref=first.officer.pk,
        **fields,
    )
    request.ciphertext = bytes(row.ciphertext)
    return request


def approve(request, second):
    request.approved_by_ref, request.approved_at = second.officer.pk, times.now()
    request.save()
    # As the act of the desk that approves puts it on record.
    Entry.objects.create(
        chain=f"unit:{request.pk}",
        seq=1,
        action=APPROVED_ENTRY,
        actor_kind="officer",
        actor_id=str(second.officer.pk),
        object_kind="openingrequest",
        object_id=str(request.pk),
        previous_hash=b"",
        hash=b"",
    )


def browser_gives(opener, request, holder, *, one_time=None, to=None):
    """What the page does: fetch the share, open it, seal it to the one-time key, hand it over."""
    one_time = one_time or opener.begin(request.pk)
    key_id = hybrid.key_id_of(request.ciphertext)
    sealed = opener.share_for(request.pk, holder.key.pk)
    words = share_seals.open_as_point(sealed, holder.private, share_info(key_id, holder.key.pk))
    info = given_info(request.pk, request.record_ref, key_id)
    given = share_seals.seal_to_point(words, one_time, info)
    opener.give_share((to or request).pk, holder.key.pk, given)
    return given


def test_two_people_open_one_record_once(unit, holders, opener, become):
    first, second, _ = holders
    row, other = sealed_contact(unit), sealed_contact(unit)
    request, unopened = make_request(row, first), make_request(other, first)
    approve(request, second)
    become("opener")
    browser_gives(opener, request, first)
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)
    browser_gives(opener, request, second)
    assert opener.open_record(request.pk) == ("contact", WORDS.encode())
    with pytest.raises(AlreadyOpened):
        opener.open_record(request.pk)
    with pytest.raises(NotInRecord):
        opener.open_record(unopened.pk)
    become("owner")
    request.refresh_from_db()
    assert request.opened_at is not None
    assert opener.is_idle


def test_the_same_person_twice_opens_nothing(unit, holders, opener):
    first, second, third = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    browser_gives(opener, request, first)
    browser_gives(opener, request, first)
    with pytest.raises(NotInRecord):
        browser_gives(opener, request, third)
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)


def test_who_asked_cannot_approve():
    one = uuid.uuid4()
    request = OpeningRequest(
        tip_ref=one,
        record_ref=one,
        what="contact",
        reason="danger",
        legal_basis="-",
        text="-",
        asked_by_ref=one,
        approved_by_ref=one,
        approved_at=times.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        request.save(force_insert=True)


def test_an_approval_that_is_not_on_record_opens_nothing(unit, holders, opener):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    request.approved_by_ref, request.approved_at = second.officer.pk, times.now()
    request.save()
    browser_gives(opener, request, first)
    browser_gives(opener, request, second)
    with pytest.raises(NotInRecord):
        opener.open_record(request.pk)


def sealed_contacts(unit, count):
    """That many records of a unit, sealed as batches are."""
    seals, rows = seal.SealBatch(), []
    for tip in (uuid.uuid4() for _ in range(count)):
        ciphertext = seals.for_unit(unit.pk, WORDS, kind="contact", ref=tip)
        rows.append(
            SealedIdentity(
                tip_ref=tip, unit=unit, kind="contact", holds=["name"], ciphertext=ciphertext
            )
        )
    return SealedIdentity.objects.bulk_create(rows)


def test_two_rightful_shares_open_exactly_one_of_a_thousand_records(unit, holders, opener):
    first, second, _ = holders
    rows = sealed_contacts(unit, 1000)
    wanted = make_request(rows[500], first)
    approve(wanted, second)
    browser_gives(opener, wanted, first)
    browser_gives(opener, wanted, second)
    others = OpeningRequest.objects.bulk_create(
        OpeningRequest(
            tip_ref=row.tip_ref,
            record_ref=row.pk,
            what="contact",
            reason="danger",
            legal_basis="Điều 1",
            text="Cần gọi lại",
            asked_by_ref=first.officer.pk,
        )
        for row in rows
        if row.pk != rows[500].pk
    )
    opened = []
    for request in [*others[:500], wanted, *others[500:]]:
        with contextlib.suppress(NotInRecord):
            opened.append((request.pk, opener.open_record(request.pk)[1]))
    assert len(others) == 999
    assert opened == [(wanted.pk, WORDS.encode())]


def test_a_share_for_a_request_that_is_not_in_the_record_is_refused_a_thousand_times(
    unit, holders, opener
):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    given, refused = browser_gives(opener, request, first), 0
    for _ in range(1000):
        unknown = uuid.uuid4()
        for act, more in (
            (opener.begin, ()),
            (opener.share_for, (first.key.pk,)),
            (opener.give_share, (first.key.pk, given)),
            (opener.open_record, ()),
        ):
            with pytest.raises(NotInRecord):
                act(unknown, *more)
        refused += 1
    assert refused == 1000


def test_a_captured_share_fits_no_other_request(unit, holders, opener):
    first, second, _ = holders
    row = sealed_contact(unit)
    request = make_request(row, first)
    captured = browser_gives(opener, request, first)
    # The same two, the same key, even the same record.
    for other_row in (row, sealed_contact(unit)):
        other = make_request(other_row, first)
        approve(other, second)
        opener.begin(other.pk)
        with pytest.raises(SharesMissing):
            opener.give_share(other.pk, first.key.pk, captured)
    # Nor sealed to the right key for another request.
    with pytest.raises(SharesMissing):
        browser_gives(opener, request, first, one_time=opener.begin(other.pk), to=other)


def test_what_was_given_lapses_after_a_quarter_of_an_hour(unit, holders, opener, monkeypatch):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    before = opener.begin(request.pk)
    browser_gives(opener, request, first)
    browser_gives(opener, request, second)
    now = one_time_keys.time.monotonic()
    monkeypatch.setattr(one_time_keys.time, "monotonic", lambda: now + 15 * 60 + 1)
    with pytest.raises(Lapsed):
        opener.open_record(request.pk)
    assert opener.begin(request.pk) != before
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)


def test_the_quarter_of_an_hour_is_counted_from_each_share_and_not_from_the_page(
    unit, holders, opener, monkeypatch
):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    begun = one_time_keys.time.monotonic()

    def wait_until(minutes):
        monkeypatch.setattr(one_time_keys.time, "monotonic", lambda: begun + minutes * 60)

    wait_until(0)
    opener.begin(request.pk)
    wait_until(10)
    browser_gives(opener, request, first)
    wait_until(14)
    browser_gives(opener, request, second)
    wait_until(26)
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)
    browser_gives(opener, request, first)
    wait_until(28)
    assert opener.open_record(request.pk)[0] == request.what


def test_a_restart_forgets_what_was_given(unit, holders, opener):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    browser_gives(opener, request, first)
    browser_gives(opener, request, second)
    again = sessions.Opener(OpenerRows(connection.connection, data_folder()))
    with pytest.raises(Lapsed):
        again.open_record(request.pk)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"refused_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, NotInRecord),
        ({"lapsed_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, Lapsed),
        ({"asked_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}, Lapsed),
    ],
)
def test_what_was_refused_or_is_a_day_old_opens_nothing(unit, holders, opener, fields, error):
    request = make_request(sealed_contact(unit), holders[0], **fields)
    with pytest.raises(error):
        opener.begin(request.pk)
    with pytest.raises(error):
        opener.share_for(request.pk, holders[0].key.pk)


def test_what_was_sealed_before_there_were_holders_is_the_operators(unit, opener):
    row, one = sealed_contact(unit), Holder(unit)
    with pytest.raises(KeptByOperator):
        opener.begin(make_request(row, one).pk)


def test_wrong_shares_are_forgotten_and_given_again(unit, holders, opener):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    browser_gives(opener, request, first)
    key = current(unit)
    info = given_info(request.pk, request.record_ref, key.pk)
    nonsense = share_seals.seal_to_point(b"no share", opener.begin(request.pk), info)
    opener.give_share(request.pk, second.key.pk, nonsense)
    with pytest.raises(SharesMissing):
        opener.open_record(request.pk)
    browser_gives(opener, request, first)
    browser_gives(opener, request, second)
    assert opener.open_record(request.pk)[1] == WORDS.encode()


def test_a_destroyed_key_opens_nothing(unit, holders, opener):
    first, second, _ = holders
    request = make_request(sealed_contact(unit), first)
    approve(request, second)
    browser_gives(opener, request, first)
    browser_gives(opener, request, second)
    UnitKey.objects.filter(epoch__isnull=False).update(
        retired_at=times.now(), destroyed_at=times.now()
    )
    with pytest.raises(NotInRecord):
        opener.open_record(request.pk)


@pytest.mark.parametrize("process", ["public", "desk", "edge", "worker", "sender"])
def test_nobody_but_the_opener_says_that_a_record_was_opened(become, process):
    become(process)
    with pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute("SELECT vault_mark_opened(%s)", [uuid.uuid4()])


@pytest.mark.parametrize("process", ["public", "desk", "edge", "sender"])
def test_no_process_that_people_reach_reads_a_share(become, process):
    become(process)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute("SELECT sealed FROM vault_keyshare")


def test_the_opener_changes_nothing(become):
    become("opener")
    for statement in (
        "UPDATE vault_openingrequest SET opened_at = now()",
        "DELETE FROM vault_sealedidentity",
        "INSERT INTO vault_keyshare (id) VALUES (gen_random_uuid())",
        "SELECT text FROM tips_tip",
        "SELECT text FROM vault_openingrequest",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            connection.cursor().execute(statement)
