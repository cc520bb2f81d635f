"""Files that go by themselves: sent by the worker of one side to the public site of the other."""

import datetime
import threading
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from keng.audit.models import Entry
from keng.channels.ssrf import UrlRefused
from keng.decisions import closing, triage
from keng.dialogue import reporter
from keng.files.download import NotFetched
from keng.files.send_file import SentFile, send_file
from keng.kit import times
from keng.tips.models import (
    DialogueMessage,
    Tip,
    Transfer,
    TransferArrival,
    TransferFile,
    TransferTrouble,
    TransferUpload,
)
from keng.transfers import arrivals, handing, uploading, writing_unasked
from keng.transfers.envelope import MOST_TRANSFER_BYTES
from keng.transfers.installations import set_installation_address
from keng.transfers.network_addresses import INCOMING_PATH, sender_fields
from keng.transfers.tests.sides import two_sides
from keng.transfers.tests.test_transfers import WORDS, World
from tests import make

State = TransferUpload.State
ADDRESSES = {"old": "https://old.example", "new": "https://new.example"}


@contextmanager
def role(process):
    """As this process, and then as who was at work before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role')")
        (before,) = cursor.fetchone()
        cursor.execute(f"SET ROLE keng_{process}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {before}")


class NetworkWorld(World):
    """Both sides send to the address of the other one; their workers and sites have their roles."""

    def __init__(self, sides, do):
        super().__init__(sides, do)
        set_installation_address(self.old.known(), ADDRESSES["old"])
        set_installation_address(self.new.known(), ADDRESSES["new"])
        self.requests = []

    def answer(self, url, data, *, fields, **how):
        """In the place of the network: the public site of whoever has this address."""
        self.requests.append((url, how))
        side = self.new if url.startswith(ADDRESSES["new"]) else self.old
        said = self.post(side, data, fields)
        return SentFile(said.status_code, said.content.decode())

    @staticmethod
    def post(side, data, fields):
        with side.here(), role("public"):
            file = SimpleUploadedFile("a.keng", data)
            return Client().post(INCOMING_PATH, {"sent": file, **fields})

    def send(self, side):
        """What the worker of this side sends now; how many files."""
        other = self.new if side is self.old else self.old
        theirs = other.known()
        with side.here(), role("worker"):
            due = list(uploading.files_to_send().filter(transfer__other=theirs))
            for file in due:
                uploading.send_and_note(file)
        return len(due)

    @staticmethod
    def work(side):
        """What the worker of this side takes in, and writes for the other one."""
        arrived = TransferArrival.objects.waiting()
        arrived.update(look_at=times.now())
        with side.here(), role("worker"):
            return arrivals.take_arrivals_in()

    @staticmethod
    def write(side):
        with side.here(), role("worker"):
            return writing_unasked.write_waiting_files()

    def hand_by_network(self):
        """Agreed to, sent, and taken in by an officer of the new side."""
        transfer = self.ask()
        self.agree(transfer)
        assert self.send(self.old) == 1
        self.work(self.new)
        arrival = TransferArrival.objects.for_an_officer().get()
        return self.taken(bytes(arrival.content))


@pytest.fixture
def world(tmp_path, monkeypatch, in_a_request, settings):
    made = NetworkWorld(two_sides(tmp_path, monkeypatch), in_a_request)
    monkeypatch.setattr("keng.files.send_file.send_file", made.answer)
    settings.ROOT_URLCONF = "keng.site.public_urls"
    settings.MIDDLEWARE = settings.PUBLIC_MIDDLEWARE
    return made


def upload_of(transfer, number=1):
    return TransferUpload.objects.get(
        file__transfer=transfer, file__is_incoming=False, file__number=number
    )


def ask_again():
    TransferUpload.objects.filter(settled_at=None).update(next_at=times.now())


def test_a_tip_goes_there_and_its_answer_comes_back_and_nobody_carries_a_file(world):
    came = world.hand_by_network()
    assert (came.text, came.responsible_unit) == (WORDS, world.new_unit)
    gone = Transfer.objects.get(is_incoming=False)
    assert upload_of(gone).state == State.RECEIVED
    assert world.work(world.new) == 1
    # The new side confirms by itself.
    assert world.write(world.new) == 1
    world.send(world.new)
    world.work(world.old)
    gone.refresh_from_db()
    assert (gone.state, gone.their_desk) == (Transfer.State.WITH_THEM, "Trực ban Mới")
    ask_again()
    world.send(world.old)
    assert upload_of(gone).state == State.TAKEN
    # The reporter writes under the old code.
    with world.old.here():
        reporter.add_reporter_message(world.tip.pk, text="Biển số 98A")
    assert world.write(world.old) == 1
    world.send(world.old)
    world.work(world.new)
    assert came.messages.filter(text="Biển số 98A").exists()
    # The new desk answers.
    make.message(came, "Đã nhận biển số", author="desk", officer=world.hoa)
    DialogueMessage.objects.filter(tip=came).update(visible_at=times.now())
    assert world.write(world.new) == 1
    world.send(world.new)
    world.work(world.old)
    said = list(world.tip.messages.order_by("id").values_list("text", flat=True))
    assert said[-1] == "Trực ban Mới: Đã nhận biển số"
    actions = Entry.objects.filter(actor_id="worker").values_list("action", flat=True)
    assert {"tip.xfer_file", "tip.xfer_news"} <= set(actions)
    assert world.write(world.old) == world.write(world.new) == 0


def test_nothing_is_called_without_an_address(world):
    set_installation_address(world.new.known(), "")
    world.agree(world.ask())
    assert world.send(world.old) == world.write(world.old) == 0
    assert world.requests == []
    assert not TransferUpload.objects.exists()


def test_a_worker_killed_before_or_after_sending_loses_and_doubles_nothing(world):
    transfer = world.ask()
    world.agree(transfer)
    (file,) = uploading.files_to_send()
    # Killed once it was noted that it is sent, and once more when it had arrived.
    for _kill in range(2):
        uploading.begin_upload(file)
        with world.old.here():
            uploading._try(file)
    assert TransferArrival.objects.count() == 1
    assert world.send(world.old) == 1
    assert upload_of(transfer).state == State.RECEIVED
    world.work(world.new)
    arrival = TransferArrival.objects.get()
    came = world.taken(bytes(arrival.content))
    assert world.taken(bytes(arrival.content)) == came
    # The worker that took it in is killed before it says so.
    assert world.work(world.new) == 1
    assert world.work(world.new) == 0
    assert bytes(TransferArrival.objects.get().content) == b""


def test_the_same_file_is_answered_the_same_until_something_came_of_it(world):
    transfer = world.ask()
    world.agree(transfer)
    data = world.file_of(transfer, 1)
    with world.old.here():
        fields = sender_fields(data)
    first, again = (world.post(world.new, data, fields) for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert (first.status_code, first.content) == (202, b"waiting\n")
    world.work(world.new)
    world.taken(data)
    world.work(world.new)
    taken = world.post(world.new, data, fields)
    assert (taken.status_code, taken.content) == (200, b"taken\n")
    assert TransferArrival.objects.count() == 1


def test_a_file_of_nobody_known_is_not_kept(world):
    transfer = world.ask()
    world.agree(transfer)
    data = world.file_of(transfer, 1)
    with world.new.here():
        # In the name of the old side, by somebody who has another key.
        forged = sender_fields(data)
    with world.old.here():
        right, of_another = sender_fields(data), sender_fields(data + b"x")
    wrong = [
        forged | {"signer": right["signer"]},
        right | {"signature": of_another["signature"]},
        {"signer": "0" * 64, "signature": "0" * 128},
    ]
    for fields in wrong:
        said = world.post(world.new, data, fields)
        assert (said.status_code, said.content) == (403, b"unknown_sender\n")
    for fields in ({}, {"signer": "x", "signature": ""}, {"signer": right["signer"]}):
        assert world.post(world.new, data, fields).status_code == 400
    assert Client().get(INCOMING_PATH).status_code == 405
    assert not TransferArrival.objects.exists()


def test_a_file_that_is_too_large_and_a_flood_are_refused(world, monkeypatch):
    with world.old.here():
        large = bytes(MOST_TRANSFER_BYTES + 1)
        said = world.post(world.new, large, sender_fields(large))
        assert (said.status_code, said.content) == (413, b"too_large\n")
        monkeypatch.setattr(arrivals, "MOST_A_MINUTE", 2)
        junk = [b"%d" % number for number in range(3)]
        statuses = [world.post(world.new, each, sender_fields(each)).status_code for each in junk]
    assert statuses == [202, 202, 429]
    assert TransferArrival.objects.count() == 2
    TransferArrival.objects.update(at=times.now() - datetime.timedelta(minutes=2))
    monkeypatch.setattr(arrivals, "MOST_WAITING_BYTES", 2)
    with world.old.here():
        assert world.post(world.new, junk[2], sender_fields(junk[2])).status_code == 429
    world.work(world.new)
    with world.old.here():
        refused = world.post(world.new, junk[0], sender_fields(junk[0]))
    assert (refused.status_code, refused.content) == (409, b"not_for_us\n")


def test_two_requests_with_one_file_at_once_keep_it_once(world):
    transfer = world.ask()
    world.agree(transfer)
    data = world.file_of(transfer, 1)
    with world.old.here():
        fields = {name: bytes.fromhex(value) for name, value in sender_fields(data).items()}
    kept, barrier = [], threading.Barrier(2)

    def keep():
        barrier.wait(10)
        kept.append(arrivals.keep_arrival(data, **fields).pk)
        connection.close()

    threads = [threading.Thread(target=keep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(kept) == 2
    assert len(set(kept)) == 1


def test_the_second_file_waits_for_the_first_one_on_both_sides(world):
    transfer = world.ask()
    world.agree(transfer)
    with world.old.here():
        reporter.add_reporter_message(world.tip.pk, text="Một")
    assert world.write(world.old) == 1
    first, second = TransferFile.objects.order_by("number")
    assert list(uploading.files_to_send()) == [first]
    # Carried past the first: it waits until that one was taken in.
    data = bytes(second.content)
    with world.old.here():
        fields = sender_fields(data)
    assert world.post(world.new, data, fields).status_code == 202
    world.work(world.new)
    assert TransferArrival.objects.get().state == TransferArrival.State.WAITING
    assert not TransferArrival.objects.for_an_officer().exists()
    came = world.taken(bytes(first.content))
    world.work(world.new)
    assert came.messages.filter(text="Một").count() == 1


def test_that_it_has_ended_there_waits_for_an_officer(world):
    came = world.hand_by_network()
    world.at_new(lambda by: triage.accept_tip(came.pk, by=by))
    world.at_new(lambda by: closing.record_outcome(came.pk, outcome="solved", by=by))
    world.at_new(lambda by: closing.close_tip(came.pk, text="Đã giải quyết xong", by=by))
    # It may still be taken back.
    assert world.write(world.new) == 0
    long_ago = times.now() - datetime.timedelta(minutes=5)
    Tip.objects.filter(pk=came.pk).update(closed_at=long_ago)
    DialogueMessage.objects.filter(tip=came).update(visible_at=long_ago)
    assert world.write(world.new) == 1
    world.send(world.new)
    world.work(world.old)
    arrival = TransferArrival.objects.for_an_officer().get(kind=TransferArrival.Kind.END)
    assert Tip.objects.get(pk=world.tip.pk).is_open
    world.hear(bytes(arrival.content))
    assert not Tip.objects.get(pk=world.tip.pk).is_open
    world.work(world.old)
    arrival.refresh_from_db()
    assert arrival.state == TransferArrival.State.TAKEN


def test_given_back_by_network_it_is_in_the_list_again(world):
    world.hand_by_network()
    world.write(world.new)
    world.send(world.new)
    world.work(world.old)
    assert Tip.objects.get(pk=world.tip.pk).set_aside_until is not None
    there = Transfer.objects.get(is_incoming=True)
    world.at_new(lambda by: handing.return_transfer(there.pk, reason="Không thuộc", by=by))
    Tip.objects.filter(pk=there.tip_id).update(
        closed_at=times.now() - datetime.timedelta(minutes=5)
    )
    assert world.write(world.new) == 1
    world.send(world.new)
    world.work(world.old)
    old = Tip.objects.get(pk=world.tip.pk)
    assert (old.is_open, old.set_aside_until) == (True, None)
    gone = Transfer.objects.get(is_incoming=False)
    assert (gone.state, gone.their_reason) == (Transfer.State.RETURNED, "Không thuộc")


def test_the_worker_says_what_a_reporter_wrote_only_while_such_a_file_waits(world):
    came = world.hand_by_network()
    world.work(world.new)
    row = {"author": "reporter", "channel": "transfer", "text": "Lời khai thêm"}
    is_refused = pytest.raises(ProgrammingError, match="only the desk speaks for an officer")
    with role("worker"), is_refused, transaction.atomic():
        DialogueMessage.objects.create(tip=came, **row)
    TransferArrival.objects.create(
        other=world.old.known(),
        digest=b"d" * 32,
        size=1,
        number_of_both=Transfer.objects.get(is_incoming=True).number_of_both,
    )
    with role("worker"):
        with is_refused, transaction.atomic():
            DialogueMessage.objects.create(tip=world.tip, **row)
        with is_refused, transaction.atomic():
            DialogueMessage.objects.create(tip=came, **(row | {"channel": "web"}))
        DialogueMessage.objects.create(tip=came, **row)


def test_the_worker_makes_no_file_that_came_and_what_became_of_one_stays(world):
    world.hand_by_network()
    world.work(world.new)
    with role("worker"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            TransferArrival.objects.create(other=world.old.known(), digest=b"d" * 32, size=1)
        with pytest.raises(ProgrammingError, match="stays"), transaction.atomic():
            TransferArrival.objects.update(state=TransferArrival.State.WAITING)


def test_what_is_refused_there_or_cannot_be_reached_is_said_and_carried(world, monkeypatch):
    transfer = world.ask()
    world.agree(transfer)
    answers = [
        (SentFile(409, "too_old\n"), State.REFUSED, TransferTrouble.TOO_OLD),
        (SentFile(403, "<html>"), State.TRYING, TransferTrouble.UNKNOWN_SENDER),
        (SentFile(404, ""), State.TRYING, TransferTrouble.NO_SUCH_PAGE),
        (SentFile(429, ""), State.TRYING, TransferTrouble.TOO_MANY),
        (SentFile(200, "<html>welcome"), State.TRYING, TransferTrouble.OTHER),
        (SentFile(409, "gibberish"), State.TRYING, TransferTrouble.OTHER),
        (NotFetched("x"), State.TRYING, TransferTrouble.UNREACHABLE),
        (UrlRefused("a redirect"), State.TRYING, TransferTrouble.REFUSED_ADDRESS),
    ]
    for answer, state, trouble in answers:
        TransferUpload.objects.all().delete()

        def answer_so(*words, answer=answer, **more):
            if isinstance(answer, Exception):
                raise answer
            return answer

        monkeypatch.setattr("keng.files.send_file.send_file", answer_so)
        world.send(world.old)
        upload = upload_of(transfer)
        assert (upload.state, upload.trouble) == (state, trouble)
    assert not upload.needs_hands
    assert not TransferUpload.objects.needing_hands().exists()
    since = times.now() - TransferUpload.TOLD_AFTER - datetime.timedelta(minutes=1)
    TransferUpload.objects.update(failing_since=since)
    assert TransferUpload.objects.needing_hands().get().needs_hands
    since = times.now() - uploading.GIVEN_UP_AFTER
    TransferUpload.objects.update(failing_since=since, next_at=since)
    world.send(world.old)
    assert upload_of(transfer).state == State.GIVEN_UP
    assert world.send(world.old) == 0
    assert TransferUpload.objects.needing_hands().exists()


def test_pauses_grow_to_an_hour():
    pauses = [uploading.pause_after(tries).total_seconds() for tries in (1, 2, 3, 8, 1000)]
    assert pauses == [30, 60, 120, 3600, 3600]


def test_what_waits_too_long_is_refused_and_forgotten(world):
    transfer = world.ask()
    world.agree(transfer)
    world.send(world.old)
    TransferArrival.objects.update(at=times.now() - datetime.timedelta(days=91))
    world.work(world.new)
    arrival = TransferArrival.objects.get()
    assert (arrival.state, arrival.trouble) == ("refused", TransferTrouble.TOO_OLD)
    TransferArrival.objects.update(settled_at=times.now() - datetime.timedelta(days=121))
    with role("worker"):
        assert arrivals.forget_arrivals() == 1


def test_a_fault_with_one_file_keeps_no_other_waiting(world, monkeypatch):
    with world.old.here():
        for data in (b"one", b"two"):
            assert world.post(world.new, data, sender_fields(data)).status_code == 202
    first = TransferArrival.objects.order_by("look_at").first()
    real = arrivals._open

    def open_or_fail(arrival):
        if arrival.pk == first.pk:
            raise OSError("planted")
        return real(arrival)

    monkeypatch.setattr(arrivals, "_open", open_or_fail)
    assert world.work(world.new) == 1
    first.refresh_from_db()
    assert first.state == TransferArrival.State.WAITING
    assert first.look_at > times.now() + datetime.timedelta(minutes=4)


class Handler(BaseHTTPRequestHandler):
    """Reads what is sent and answers as the test says."""

    def do_POST(self):
        self.server.asked.append(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers, body, pause = self.server.say
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        # Whoever has read enough hangs up.
        with suppress(OSError):
            for piece in body:
                self.wfile.write(piece)
                self.server.stop.wait(pause)

    def log_message(self, *words):
        """Nothing."""


@pytest.fixture
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.asked, made.stop, made.daemon_threads = [], threading.Event(), True
    thread = threading.Thread(target=made.serve_forever, args=(0.05,))
    thread.start()
    yield made
    made.stop.set()
    made.shutdown()
    thread.join()
    made.server_close()


def send(server, *, is_private=True, within=10.0):
    base = f"http://127.0.0.1:{server.server_port}"
    return send_file(
        base + INCOMING_PATH,
        b"sealed bytes",
        fields={"signer": "ab"},
        host="127.0.0.1",
        exempt_base=base if is_private else "",
        within=within,
    )


def test_the_bytes_arrive_as_they_are(server):
    server.say = (202, {"Content-Length": "8"}, [b"waiting\n"], 0)
    assert send(server) == SentFile(202, "waiting\n")
    assert b"sealed bytes" in server.asked[0]
    assert b'name="signer"' in server.asked[0]


def test_nothing_leads_away_from_the_address(server):
    server.say = (307, {"Location": f"http://127.0.0.1:{server.server_port}/"}, [b""], 0)
    with pytest.raises(UrlRefused):
        send(server)
    assert len(server.asked) == 1


def test_an_address_that_is_not_public_is_asked_only_where_the_operator_said_so(server):
    with pytest.raises(UrlRefused):
        send(server, is_private=False)
    assert server.asked == []


def test_of_a_long_answer_the_beginning_is_read(server):
    server.say = (200, {}, [bytes(1024 * 1024)] * 5, 0)
    assert len(send(server).words) <= 1024


def test_who_answers_slowly_or_not_at_all_holds_nobody_up(server):
    server.say = (200, {"Content-Length": "1000"}, [b"t"] * 1000, 0.2)
    with pytest.raises(NotFetched):
        send(server, within=0.5)
    port = server.server_port
    server.shutdown()
    server.server_close()
    with pytest.raises(NotFetched):
        send_file(
            f"http://127.0.0.1:{port}/",
            b"",
            fields={},
            host="127.0.0.1",
            exempt_base=f"http://127.0.0.1:{port}",
            within=5,
        )
