"""What a subscriber's week has no room for comes in one digest; what is urgent never waits."""

import dataclasses
import datetime
import json

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keng.accounts.tests.look import act_as
from keng.conftest import sign_in
from keng.delivery.actions import subscribing
from keng.delivery.actions.dispatch import cancel_dispatch
from keng.delivery.audience import count_digested
from keng.delivery.digest_times import last_digest_time, next_digest_time
from keng.delivery.models import Delivery, DigestEntry, Dispatch, DispatchText
from keng.delivery.queries.digests import count_unsent_in_digests
from keng.delivery.tests.rows import make_rows
from keng.kit import times
from keng.network import secret_links
from keng.network.models import Group
from keng.warnings import actions
from keng.warnings.actions import sending_digests
from keng.warnings.actions.sending_digests import send_digests
from keng.warnings.content import audience_of
from keng.warnings.known_numbers import check_warning
from keng.warnings.models import Warning
from keng.warnings.tests.ward import NOTE, Ward, looked_at
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    return Ward()


def subscriber(ward, **fields):
    return make.subscription(
        places=(ward.place,), channel="sandbox", **{"week_limit": 1, "link_secret": b""} | fields
    )


def approve(version, by):
    compared = check_warning(version.warning, version.texts, officer=by)
    actions.approve_warning(version.pk, **looked_at(version), numbers=compared.digest, by=by)
    make_rows()
    version.refresh_from_db()
    return version


def published(ward, title="", severity=2, **fields):
    content = ward.content()
    words = {**content.texts["vi"]} | ({"title": title} if title else {})
    version = actions.draft_warning(
        unit_id=ward.unit.pk,
        content=dataclasses.replace(content, texts={"vi": words}, severity=severity, **fields),
        choice=ward.choice(),
        by=ward.officer,
    )
    return approve(
        actions.submit_warning(version.warning_id, by=ward.officer), by=ward.province_duty
    )


def corrected(ward, version, severity=2, **fields):
    content = ward.content({**version.texts["vi"], **NOTE, "title": "Tiêu đề đã sửa"})
    actions.revise_warning(
        version.warning_id,
        content=dataclasses.replace(content, severity=severity, **fields),
        choice=ward.choice(),
        by=ward.officer,
    )
    found = actions.submit_warning(version.warning_id, by=ward.officer)
    return approve(found, by=ward.province_duty)


def got(who):
    """What was made for a subscriber, by the kinds and sources of the dispatches."""
    rows = Delivery.objects.filter(recipient_ref=who.pk).order_by("id")
    return [
        row.dispatch.source_kind if row.dispatch.kind == "notice" else row.dispatch.kind
        for row in rows.select_related("dispatch")
    ]


def digests(who):
    rows = Delivery.objects.filter(recipient_ref=who.pk, dispatch__source_kind="digest")
    return list(rows.select_related("text").order_by("id"))


@pytest.fixture
def send_digests_as_worker(become):
    def run():
        become("worker")
        found = send_digests()
        become("owner")
        return found

    return run


@pytest.fixture
def on_sunday(monkeypatch):
    """The clock of the code stands at the next digests, or so much later."""

    moment = next_digest_time(times.now())

    def go(**later):
        now = moment + datetime.timedelta(minutes=1, **later)
        monkeypatch.setattr(times, "now", lambda: now)

    return go


def test_a_digest_goes_out_on_sunday_at_eight():
    sunday = datetime.datetime(2026, 11, 29, 8, 0, tzinfo=times.VIETNAM)
    hour = datetime.timedelta(hours=1)
    assert last_digest_time(sunday) == sunday
    assert last_digest_time(sunday - hour) == sunday - datetime.timedelta(days=7)
    assert next_digest_time(sunday + hour) == sunday + datetime.timedelta(days=7)


def test_above_the_limit_it_waits_and_comes_once_in_a_digest(
    ward, send_digests_as_worker, on_sunday
):
    few, usual, all_of_them = (subscriber(ward, week_limit=limit) for limit in (1, None, 0))
    versions = [published(ward, title) for title in ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư")]
    # The operator's number is three.
    assert [len(got(one)) for one in (few, usual, all_of_them)] == [1, 3, 4]
    assert send_digests_as_worker() == 0
    on_sunday()
    assert send_digests_as_worker() == 2
    assert send_digests_as_worker() == 0
    (row,) = digests(few)
    words = row.text.text
    assert [title in words for title in ("Thứ nhất", "Thứ hai", "Thứ ba", "Thứ tư")] == [
        False,
        True,
        True,
        True,
    ]
    assert "Phường Nếnh" in words
    assert f"/w/{versions[3].verify_code.code}" in words
    assert (row.state, row.account, row.text.language) == ("queued", ward.account, "vi")
    assert "Thứ ba" not in digests(usual)[0].text.text
    assert digests(all_of_them) == []


def test_it_is_asked_only_of_what_was_called_off_what_for(ward, send_digests_as_worker, on_sunday):
    """The rows of hundreds of subscribers are held meanwhile."""
    subscriber(ward)
    for _nth in range(3):
        published(ward)
    on_sunday()
    with CaptureQueriesContext(connection) as asked:
        assert send_digests_as_worker() == 1
    assert not [one for one in asked.captured_queries if "delivery_dispatchaudience" in one["sql"]]


def test_what_is_urgent_breaks_through_and_is_not_counted(ward):
    who = subscriber(ward)
    published(ward, severity=3)
    published(ward)
    published(ward)
    published(ward, severity=3)
    assert got(who) == ["warning"] * 3
    assert DigestEntry.objects.filter(subscription=who).count() == 1


def test_after_seven_days_there_is_room_again(ward):
    who = subscriber(ward)
    first = published(ward)
    long_ago = times.now() - datetime.timedelta(days=8)
    row = Delivery.objects.get(dispatch=first.dispatch, recipient_ref=who.pk)
    old_id = type(row.pk)(int=(int(long_ago.timestamp() * 1000) << 80) + 1)
    Delivery.objects.filter(pk=row.pk).update(id=old_id)
    published(ward)
    assert got(who) == ["warning"] * 2


def test_a_correction_takes_its_place_and_a_recall_takes_it_out(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    published(ward)
    waits, wrong = published(ward, "Tiêu đề sai"), published(ward, "Bị thu hồi")
    fixed = corrected(ward, waits)
    actions.recall_warning(wrong.warning_id, reason="harmless", by=ward.commander)
    make_rows()
    assert got(who) == ["warning"]
    entry = DigestEntry.objects.get(subscription=who)
    assert entry.dispatch == fixed.dispatch
    on_sunday()
    assert send_digests_as_worker() == 1
    words = digests(who)[0].text.text
    assert "Tiêu đề đã sửa" in words
    assert "Tiêu đề sai" not in words
    assert "Bị thu hồi" not in words
    # They had it in their digest: of its recall they are told at once.
    actions.recall_warning(fixed.warning_id, reason="harmless", by=ward.commander)
    Delivery.objects.filter(dispatch__source_kind="digest").update(state="sent")
    make_rows()
    assert got(who) == ["warning", "digest", "recall"]


@pytest.mark.parametrize("severity", [2, 3])
def test_a_correction_is_handed_in_where_the_wrong_text_is_in_digests_alone(ward, severity):
    who = subscriber(ward)
    published(ward)
    Group.objects.update(is_active=False)
    waits = published(ward)
    assert not Delivery.objects.filter(dispatch=waits.dispatch).exists()
    fixed = corrected(ward, waits, severity)
    in_digest = DigestEntry.objects.filter(subscription=who, dispatch=fixed.dispatch).count()
    assert (got(who)[1:], in_digest) == (([], 1) if severity == 2 else (["correction"], 0))


def test_a_stop_calls_off_what_names_a_correction_before_it_has_rows(
    ward, send_digests_as_worker, on_sunday, monkeypatch
):
    who = subscriber(ward)
    published(ward)
    waits = published(ward)
    with monkeypatch.context() as slow:
        slow.setattr("keng.warnings.tests.test_weekly_digests.make_rows", lambda: None)
        fixed = corrected(ward, waits)
    on_sunday()
    assert send_digests_as_worker() == 1
    assert "Tiêu đề đã sửa" in digests(who)[0].text.text
    cancel_dispatch(fixed.dispatch_id, by=ward.officer)
    assert digests(who)[0].state == "cancelled"


@pytest.mark.parametrize(("severity", "has_rows"), [(2, True), (3, True), (2, False)])
def test_whoever_never_got_what_was_stopped_gets_no_correction_of_it(
    ward, send_digests_as_worker, on_sunday, monkeypatch, severity, has_rows
):
    """One rule for who waits for a digest and for whom a row had not left."""
    in_digest, in_row = subscriber(ward), subscriber(ward, week_limit=0)
    published(ward)
    stopped = published(ward, "Đã dừng")
    others = Delivery.objects.filter(dispatch=stopped.dispatch).exclude(recipient_ref=in_row.pk)
    others.update(state="sent")
    cancel_dispatch(stopped.dispatch_id, by=ward.officer)
    with monkeypatch.context() as slow:
        if not has_rows:
            slow.setattr("keng.warnings.tests.test_weekly_digests.make_rows", lambda: None)
        fixed = corrected(ward, stopped, severity)
    assert count_digested(audience_of(fixed)) == 0
    assert [got(one) for one in (in_digest, in_row)] == [["warning"], ["warning"] * 2]
    on_sunday()
    send_digests_as_worker()
    assert digests(in_digest) == []
    assert not DigestEntry.objects.exists()


def test_a_correction_that_is_urgent_waits_for_no_digest(ward):
    who = subscriber(ward)
    published(ward)
    waits = published(ward)
    corrected(ward, waits, severity=3)
    assert got(who) == ["warning", "correction"]
    assert not DigestEntry.objects.exists()


def test_what_is_over_by_sunday_goes_at_once(ward):
    """Also a correction that has an end which what it corrects had not."""
    who = subscriber(ward)
    sunday = times.local_date(next_digest_time(times.now()))
    published(ward)
    published(ward, valid_until=sunday - datetime.timedelta(days=1))
    assert got(who) == ["warning"] * 2
    waits = published(ward, valid_until=sunday)
    assert count_digested(audience_of(waits)) == 1
    waits.valid_until = sunday - datetime.timedelta(days=1)
    assert count_digested(audience_of(waits)) == 0
    corrected(ward, waits, valid_until=sunday - datetime.timedelta(days=1))
    assert got(who) == ["warning"] * 2 + ["correction"]
    assert not DigestEntry.objects.exists()


def test_a_digest_is_as_short_as_the_shortest_channel_and_says_where_all_of_them_are(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    for n in range(10):
        published(ward, f"Cảnh báo số {n:02d}, {'dài ' * 20}")
    on_sunday()
    send_digests_as_worker()
    words = digests(who)[0].text.text
    assert len(words) <= 900
    named = [n for n in range(1, 10) if f"Cảnh báo số {n:02d}" in words]
    assert named == list(range(1, len(named) + 1))
    assert 2 <= len(named) < 9
    where = "/warnings"
    assert where in words.splitlines()[1]
    assert "9 cảnh báo" in words.splitlines()[1]
    assert words.splitlines()[-1].startswith("http")


def test_a_digest_that_waits_is_written_anew_without_what_was_recalled(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    published(ward)
    wrong, right = published(ward, "Bị thu hồi"), published(ward, "Vẫn đúng")
    on_sunday()
    send_digests_as_worker()
    actions.recall_warning(wrong.warning_id, reason="harmless", by=ward.commander)
    make_rows()
    assert send_digests_as_worker() == 1
    before, after = digests(who)
    assert (before.state, after.state) == ("cancelled", "queued")
    assert "Bị thu hồi" not in after.text.text
    assert right.texts["vi"]["title"] in after.text.text
    assert got(who) == ["warning", "digest", "digest"]


@pytest.mark.parametrize("state", ["queued", "not_now"])
def test_whoever_recalls_or_stops_calls_off_the_digests_of_all_units_that_name_it(
    ward, send_digests_as_worker, on_sunday, become, state
):
    """At once, also while the worker is down, and as the desk's own process."""
    who = subscriber(ward)
    published(ward)
    recalled, stopped, right = (published(ward, f"Tin {n}") for n in (1, 2, 3))
    on_sunday()
    send_digests_as_worker()
    # A digest goes out in the name of one of the units that it names.
    elsewhere = make.unit(name="Công an phường khác")
    Dispatch.objects.filter(source_kind="digest").update(unit=elsewhere)
    Delivery.objects.filter(pk=digests(who)[0].pk).update(state=state)
    become("desk")
    act_as(ward.commander)
    actions.recall_warning(recalled.warning_id, reason="harmless", by=ward.commander)
    become("owner")
    assert digests(who)[0].state == "cancelled"
    assert send_digests_as_worker() == 1
    assert count_unsent_in_digests(stopped.dispatch) == 1
    cancel_dispatch(stopped.dispatch_id, by=ward.commander)
    assert send_digests_as_worker() == 1
    make_rows()
    last = digests(who)[-1]
    assert [one.state for one in digests(who)] == ["cancelled", "cancelled", "queued"]
    assert right.texts["vi"]["title"] in last.text.text
    assert "Tin 2" not in last.text.text
    assert got(who) == ["warning", *["digest"] * 3]


def test_a_digest_is_not_written_beside_the_act_that_ends_what_it_names(
    ward, on_sunday, monkeypatch
):
    who = subscriber(ward)
    published(ward)
    wrong = published(ward, "Bị thu hồi")
    on_sunday()
    read = sending_digests._newest_of

    def recalled_after_it_was_read(refs):
        found = read(refs)
        Dispatch.objects.filter(pk=wrong.dispatch_id).update(cancelled_at=times.now())
        return found

    with monkeypatch.context() as beside:
        beside.setattr(sending_digests, "_newest_of", recalled_after_it_was_read)
        assert send_digests() == 0
    assert digests(who) == []


def test_a_correction_waits_with_those_whose_digest_had_not_left(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    published(ward)
    wrong = published(ward, "Tiêu đề sai")
    on_sunday()
    send_digests_as_worker()
    corrected(ward, wrong)
    assert send_digests_as_worker() == 1
    assert got(who) == ["warning", "digest", "digest"]
    assert "Tiêu đề đã sửa" in digests(who)[-1].text.text
    assert digests(who)[0].state == "cancelled"


def test_what_is_over_is_left_out_and_an_empty_digest_is_not_sent(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    published(ward)
    over = published(ward)
    Warning.objects.filter(pk=over.warning_id).update(valid_until=datetime.date(2026, 1, 1))
    type(over).objects.filter(pk=over.pk).update(valid_until=datetime.date(2026, 1, 1))
    on_sunday()
    assert send_digests_as_worker() == 1
    assert digests(who) == []
    assert not DigestEntry.objects.exists()
    assert send_digests_as_worker() == 0


def test_a_worker_that_is_killed_loses_nothing_and_says_nothing_twice(
    ward, send_digests_as_worker, on_sunday, monkeypatch
):
    who = subscriber(ward)
    published(ward)
    published(ward)
    on_sunday()
    with monkeypatch.context() as broken:
        broken.setattr(Delivery.objects, "bulk_create", lambda _rows: 1 / 0)
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            send_digests()
    assert (digests(who), DigestEntry.objects.waiting().count()) == ([], 1)
    assert send_digests_as_worker() == 1
    assert send_digests_as_worker() == 0
    assert len(digests(who)) == 1


def test_whoever_cannot_be_reached_now_waits_and_quiet_hours_hold(
    ward, send_digests_as_worker, on_sunday
):
    who = subscriber(ward, quiet_from=datetime.time(22), quiet_to=datetime.time(9))
    published(ward)
    published(ward)
    on_sunday()
    type(ward.account).objects.update(is_active=False)
    assert send_digests_as_worker() == 0
    type(ward.account).objects.update(is_active=True)
    assert send_digests_as_worker() == 1
    (row,) = digests(who)
    assert (row.state, row.code) == ("not_now", "quiet_hours")
    assert row.not_before.astimezone(times.VIETNAM).time() == datetime.time(9)


def test_the_own_page_shows_and_takes_along_what_waits_and_stop_forgets_it(
    ward, public_client, become
):
    who = subscriber(ward)
    published(ward)
    published(ward, "Cái đang chờ")
    token = secret_links.stop_token(who)

    def url(name):
        return reverse(name, args=[token], urlconf="keng.site.public_urls")

    page = public_client.get(url("own-subscription")).content.decode()
    assert "Cái đang chờ" in page
    kept = json.loads(public_client.get(url("own-subscription-data")).content)
    assert kept["at_most_a_week"] == 1
    assert [one["title"] for one in kept["waiting_for_the_digest"]] == ["CẢNH BÁO: Cái đang chờ"]
    changed = {"places": [str(ward.place.pk)], "severity": "1", "language": "vi"}
    public_client.post(url("own-subscription"), changed | {"week_limit": "7"})
    who.refresh_from_db()
    assert who.week_limit == 7
    public_client.post(url("subscription-stop"))
    assert not DigestEntry.objects.exists()


def test_a_stop_calls_off_the_digest_that_waits(ward, send_digests_as_worker, on_sunday):
    who = subscriber(ward)
    published(ward)
    published(ward)
    on_sunday()
    send_digests_as_worker()
    subscribing.stop_subscription(who)
    assert digests(who)[0].state == "cancelled"
    assert send_digests_as_worker() == 0


def test_the_desk_reads_how_many_get_it_now_and_how_many_in_their_digest(ward, desk_client):
    subscriber(ward)
    published(ward)
    subscriber(ward, week_limit=3)
    version = ward.submitted()
    address = reverse("warning-approve", args=[version.warning_id], urlconf="keng.site.desk_urls")
    sign_in(desk_client, ward.province_duty)
    page = desk_client.get(address).content.decode()
    line = " ".join(page[page.index('id="subscribers"') :].split("</dd>")[0].split())
    assert "1 người nhận ngay" in line.replace("\u00a0", " ")
    assert "1 người nhận chung vào Chủ nhật" in line.replace("\u00a0", " ")
    assert 'name="people" value="2"' in page


def test_the_page_of_a_dispatch_counts_those_of_sunday(
    ward, desk_client, send_digests_as_worker, on_sunday
):
    subscriber(ward)
    published(ward)
    waits = published(ward)
    address = reverse("dispatch", args=[waits.dispatch_id], urlconf="keng.site.desk_urls")

    def page():
        sign_in(desk_client, ward.officer)
        return desk_client.get(address).content.decode().replace("\u00a0", " ")

    assert "1 người tuần này đã nhận đủ số cảnh báo mình chọn nên sẽ nhận" in page()
    on_sunday()
    send_digests_as_worker()
    Delivery.objects.filter(dispatch__source_kind="digest").update(state="sent")
    shown = page()
    assert "1 người đã nhận trong tin gửi chung ngày Chủ nhật" in shown
    assert "waiting-in-digests" not in shown


def test_the_worker_sends_a_digest_only_where_something_waited(ward, become):
    who = subscriber(ward)
    become("worker")
    notice = Dispatch.objects.create(
        kind="notice", is_urgent=False, unit=ward.unit, source_kind="digest"
    )
    text = DispatchText.objects.create(dispatch=notice, language="vi", text="Chào")
    forged = Delivery(
        dispatch=notice,
        account=ward.account,
        channel="sandbox",
        recipient_kind="subscription",
        recipient_ref=who.pk,
        address_sealed=bytes(who.address_sealed),
        text=text,
    )
    with pytest.raises(ProgrammingError, match="something waited"), transaction.atomic():
        forged.save(force_insert=True)


def test_the_worker_lets_wait_what_was_approved_and_sends_one_digest_a_week(
    ward, become, send_digests_as_worker, on_sunday
):
    who = subscriber(ward)
    first, second = published(ward), published(ward)
    other = subscriber(ward)
    on_sunday()
    send_digests_as_worker()
    (sent,) = digests(who)
    entry = DigestEntry.objects.get(subscription=who)
    become("worker")
    for refused in (
        lambda: DigestEntry.objects.create(subscription=other, dispatch=first.dispatch),
        lambda: DigestEntry.objects.filter(pk=entry.pk).update(dispatch=first.dispatch),
        lambda: DigestEntry.objects.filter(pk=entry.pk).update(delivery_ref=None, taken_at=None),
        lambda: DigestEntry.objects.filter(pk=entry.pk).update(delivery_ref=first.pk),
    ):
        with pytest.raises(ProgrammingError, match="digest"), transaction.atomic():
            refused()
    become("owner")
    DigestEntry.objects.filter(pk=entry.pk).update(delivery_ref=None, taken_at=None)
    become("worker")
    with pytest.raises(ProgrammingError, match="once a week"), transaction.atomic():
        send_digests()
    become("owner")
    assert digests(who) == [sent]
    assert entry.dispatch == second.dispatch
