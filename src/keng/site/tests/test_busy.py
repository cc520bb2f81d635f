"""What people see when the database gives up for a moment: words, their text, and one more try."""

import os
import re
import socket
from html import unescape

import psycopg
import pytest
from django.db import (
    DatabaseError,
    InternalError,
    close_old_connections,
    connection,
    transaction,
)
from django.urls import reverse
from psycopg.conninfo import make_conninfo

from keng.acts.errors import TryAgain
from keng.acts.work import work
from keng.audit.actions import record
from keng.audit.models import Entry
from keng.conftest import sign_in
from keng.kit import busy, metrics
from keng.kit.database import dsn
from keng.runtime.tests.read_only import database_that_only_reads
from keng.tips.models import Tip
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other():
    """Another connection, which may hold what a request needs."""
    address = make_conninfo(dsn("owner"), dbname=connection.settings_dict["NAME"])
    with psycopg.connect(address) as found:
        yield found


@pytest.fixture
def soon():
    """This connection waits for a lock as short as a test can."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '200ms'")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET lock_timeout")


def fields_of(page):
    found = re.findall(r'<textarea name="([^"]+)" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {name: unescape(value) for name, value in found}


def test_an_officer_whose_tip_is_held_gets_the_text_back_and_sends_it_by_one_button(
    desk_client, other, soon
):
    unit = make.unit()
    tip = make.tip(unit=unit)
    make.conversation(tip)
    sign_in(desk_client, make.officer(unit=unit))
    address = reverse("tip-reply", args=[tip.pk])
    other.execute("SELECT id FROM tips_tip FOR UPDATE")
    words = 'Dòng một & "dòng" hai\nBạn tả <rõ> hơn giúp.'
    answer = desk_client.post(address, {"text": words})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Bạn hãy gửi lại một lần nữa" in page
    # Identifiers in attributes may have any digits.
    assert "113" not in re.sub(r'="[^"]*"', "", page)
    assert fields_of(page)["text"] == words
    assert f'action="{address}"' in page
    other.rollback()
    assert desk_client.post(address, fields_of(page)).status_code == 302
    assert tip.messages.get(author="desk").text == words


def test_what_only_stood_in_the_way_is_tried_once_more_and_done_once(in_a_request):
    unit = make.unit()
    officer = make.officer(unit=unit)
    tries = []

    @work()
    def write(by):
        record("tip.accepted", by=by, on=by, chain=f"unit:{unit.pk}", detail={"try": len(tries)})
        tries.append(1)
        if len(tries) == 1:
            raise_in_the_database("40P01")

    in_a_request(write, by=officer)
    assert len(tries) == 2
    assert Entry.objects.get(action="tip.accepted").detail == {"try": 1}


@pytest.mark.parametrize("code", ["57014", "55P03", "40P01"])
def test_what_does_not_get_through_is_said(in_a_request, code):
    officer = make.officer(unit=make.unit())

    @work()
    def write(by):
        raise_in_the_database(code)

    with pytest.raises(TryAgain):
        in_a_request(write, by=officer)


def raise_in_the_database(code):
    with connection.cursor() as cursor:
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '{code}'; END $$")


def test_a_resident_gets_the_text_back_too_and_the_numbers_to_call(public_client, other, soon):
    public_client.raise_request_exception = False
    other.execute("LOCK TABLE lookup_listing IN ACCESS EXCLUSIVE MODE")
    answer = public_client.post(reverse("lookup"), {"q": "0912 345 678"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert fields_of(page)["q"] == "0912 345 678"
    assert 'href="tel:113"' in page
    other.rollback()
    assert public_client.post(reverse("lookup"), fields_of(page)).status_code == 200


def test_a_page_that_takes_too_long_is_opened_again(public_client, other, soon):
    public_client.raise_request_exception = False
    other.execute("LOCK TABLE warnings_warning IN ACCESS EXCLUSIVE MODE")
    answer = public_client.get("/", headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert "This page takes too long just now" in answer.content.decode()


@pytest.fixture
def only_reads():
    """This connection began when the database only read, and another one would not."""
    address = make_conninfo(dsn("owner"), dbname=connection.settings_dict["NAME"])
    connection.close()
    with database_that_only_reads(address):
        connection.ensure_connection()
    yield
    connection.close()


def test_a_resident_whose_page_meets_a_server_that_only_reads_sends_it_once_more(
    public_client, only_reads
):
    address = "/report/who-gets/"
    answer = public_client.post(address, {"desk": "province"})
    assert answer.status_code == 503
    assert fields_of(answer.content.decode()) == {"desk": "province"}
    # As after each request; the client of the tests leaves it out.
    close_old_connections()
    assert public_client.post(address, {"desk": "province"}).status_code == 303


def test_an_act_on_a_server_that_only_reads_is_to_be_tried_again(only_reads):
    @work()
    def write():
        record("tip.accepted", by=None, on=None, chain="intake:worker")

    with pytest.raises(TryAgain):
        write()


def test_a_request_that_only_asks_and_writes_is_a_fault_of_ours(desk_client):
    """The same code, where it is the session alone that reads only."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        with pytest.raises(InternalError) as caught:
            cursor.execute("DELETE FROM tips_tip")
        cursor.execute("RESET default_transaction_read_only")
    assert busy.sqlstate_of(caught.value) == "25006"
    assert not busy.is_passing_error(caught.value)


def test_without_any_database_a_page_says_to_try_again(public_client, monkeypatch):
    public_client.raise_request_exception = False
    connection.close()
    with monkeypatch.context() as away:
        away.setitem(connection.settings_dict, "HOST", "/nowhere")
        answer = public_client.post(reverse("lookup"), {"q": "0912 345 678"})
    assert answer.status_code == 503
    assert fields_of(answer.content.decode())["q"] == "0912 345 678"


def _server_ends_it(other):
    other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


def _machine_loses_its_power(_other):
    descriptor = os.dup(connection.connection.pgconn.socket)
    with socket.socket(fileno=descriptor) as line:
        line.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("dies", [_server_ends_it, _machine_loses_its_power])
def test_a_database_that_dies_under_a_page_is_to_be_tried_again(public_client, other, dies):
    public_client.raise_request_exception = False
    done = []

    def die_once(execute, *call):
        if not done:
            done.append(1)
            dies(other)
        return execute(*call)

    connection.ensure_connection()
    with connection.execute_wrapper(die_once):
        answer = public_client.post(reverse("lookup"), {"q": "0912 345 678"})
    connection.close()
    assert done
    assert answer.status_code == 503
    assert fields_of(answer.content.decode())["q"] == "0912 345 678"


@pytest.mark.parametrize("dies", [_server_ends_it, _machine_loses_its_power])
def test_a_commit_whose_server_died_may_have_been_done(other, dies):
    def act():
        with transaction.atomic():
            Entry.objects.count()
            dies(other)

    with pytest.raises(DatabaseError) as failed:
        act()
    connection.close()
    assert busy.sqlstate_of(failed.value) == "08007"


def test_a_password_does_not_come_back_in_a_page(public_client, other, soon):
    public_client.raise_request_exception = False
    other.execute("LOCK TABLE lookup_listing IN ACCESS EXCLUSIVE MODE")
    answer = public_client.post(reverse("lookup"), {"q": "0912345678", "password": "bí mật 123"})
    assert answer.status_code == 503
    assert "bí mật 123" not in answer.content.decode()


def test_what_is_broken_speaks_to_an_officer_as_to_an_officer(desk_client, other):
    desk_client.raise_request_exception = False
    unit = make.unit()
    sign_in(desk_client, make.officer(unit=unit))
    # The first answer of a run gives its role the rights, on all tables there are.
    assert desk_client.get(reverse("inbox")).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tips_tip RENAME TO tips_gone")
    try:
        answer = desk_client.get(reverse("inbox"))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tips_gone RENAME TO tips_tip")
    assert answer.status_code == 500
    assert "tel:113" not in answer.content.decode()
    assert not Tip.objects.exists()


@pytest.mark.parametrize("name", ["password", "present", "new", "again", "first", "second", "code"])
def test_no_page_gives_back_what_opens_an_account_or_a_report(rf, name):
    request = rf.post("/settings/", {name: "mot-cau-bi-mat", "text": "lời khác"})
    page = busy.busy_page(request).content.decode()
    assert "mot-cau-bi-mat" not in page
    assert fields_of(page) == {}


def _page_in_doubt(request):
    try:
        raise psycopg.errors.TransactionResolutionUnknown
    except psycopg.Error:
        return busy.busy_page(request)


def test_an_officer_looks_first_whether_it_is_done_before_doing_it_again(rf, settings):
    """It is committed here, and only no standby has said so: sent again it would be done twice."""
    settings.IS_DESK = True
    words = "Chị hẹn gặp ở trụ sở công an phường sáng mai"
    answer = _page_in_doubt(rf.post("/tips/1/reply/", {"text": words}))
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Có thể việc này đã xong" in page
    assert words in page
    assert "<button" not in page


@pytest.mark.parametrize("is_form", [True, False])
def test_a_full_disk_is_said_and_one_comes_again_later(rf, settings, is_form):
    """It is no fault of a page: it was not done, and will be once somebody has made room."""
    settings.IS_DESK = False
    words = "Có nhóm người đòi tiền ở ngõ 3"
    request = rf.post("/report/send/", {"text": words, **({} if is_form else {"code": "123456"})})
    before = _errors_counted("full")
    try:
        raise psycopg.errors.DiskFull
    except psycopg.Error:
        answer = busy.busy_page(request)
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Ổ đĩa của hệ thống đang đầy" in page
    assert words in page
    assert busy.is_passing_error(psycopg.errors.DiskFull())
    assert _errors_counted("full") == before + 1


def _errors_counted(kind):
    labels = {"process": "owner", "class": kind}
    return metrics.REGISTRY.get_sample_value("keng_database_errors_total", labels) or 0


def test_a_resident_sends_once_more_what_may_have_arrived(rf, settings):
    settings.IS_DESK = False
    words = "Có nhóm người đòi tiền ở ngõ 3"
    page = _page_in_doubt(rf.post("/report/send/", {"text": words})).content.decode()
    assert "Chưa chắc nội dung này đã đến nơi" in page
    assert fields_of(page) == {"text": words}
