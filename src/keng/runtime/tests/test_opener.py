"""The opener as a process: what it can still do, and that its door answers."""

import os
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from pathlib import Path

import pytest
from django.db import connection

from keng.files.storage.chosen import file_storage
from keng.files.storage.opener_copies import copied_for_opener
from keng.files.tests import s3_server
from keng.kit.database import data_folder
from keng.kit.private_files import make_private_folder
from keng.openings import resharing as joining
from keng.openings.tests import held_world as worlds
from keng.tips.models import Attachment
from keng.vault import hybrid, keys, opener_client, resharing, seal
from keng.vault.key_pairs import hybrid_public_key
from keng.vault.models import KeyShare
from keng.vault.opener import opener_socket
from keng.vault.opener_client import AlreadyOpened, NotInRecord, OpenerAway
from keng.vault.tests import test_opener as acts
from keng.vault.tests import test_resharing as resharings
from keng.vault.tests.key_holders import Holder, begin_all
from tests import make

_TRIES = """
import os, socket, subprocess, sys
from pathlib import Path
os.makedirs(os.environ["KENG_DATA"] + "/keys/epochs")
Path(os.environ["KENG_DATA"], "keys/epochs/one").write_text("x")
Path(os.environ["KENG_DATA"], "other").write_text("x")
from keng.kit.closed_memory import forbid_new_privileges
from keng.runtime import opener
inside, outside = socket.socketpair()
forbid_new_privileges()
opener._confine()
def attempt(name, do):
    try:
        do()
    except OSError as error:
        print(name, "refused")
    else:
        print(name, "done")
data = Path(os.environ["KENG_DATA"])
attempt("wrap key", (data / "keys/epochs/one").read_text)
attempt("other file", (data / "other").read_text)
attempt("new file", lambda: (data / "keys/epochs/two").write_text("x"))
attempt("passwd", Path("/etc/passwd").read_text)
attempt("socket", lambda: socket.socket().close())
attempt("connect", lambda: inside.connect("/nowhere"))
attempt("answer", lambda: inside.sendall(b"x"))
attempt("program", lambda: subprocess.run(["/bin/true"], check=True))
attempt("fork", os.fork)
import email.message, decimal
print("later import done")
"""


# As whoever runs the tests: another account does not come to their folder.
_AS_IT_RUNS = """
import argparse, sys
from keng.kit.closed_memory import close_memory, forbid_new_privileges
from keng.runtime import opener
opener.become_unprivileged = lambda process: (close_memory(), forbid_new_privileges())
words = argparse.Namespace(socket=None, idle_seconds=None)
if len(sys.argv) > 1:
    words = argparse.Namespace(socket=int(sys.argv[1]), idle_seconds=float(sys.argv[2]))
sys.exit(opener.run(words))
"""


@pytest.fixture(autouse=True)
def fresh(tmp_path, monkeypatch):
    """A data folder and keys of this test alone."""
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    seal.forget_public_keys()
    yield
    seal.forget_public_keys()


def test_it_reads_wrap_keys_and_answers_and_can_do_nothing_else(tmp_path):
    said = subprocess.run(
        [sys.executable, "-c", _TRIES],
        env={**os.environ, "KENG_DATA": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert said == [
        "wrap key done",
        "other file refused",
        "new file refused",
        "passwd refused",
        "socket refused",
        "connect refused",
        "answer done",
        "program refused",
        "fork refused",
        "later import done",
    ]


def test_without_the_process_everybody_is_told_that_it_is_away():
    with pytest.raises(OpenerAway):
        opener_client.begin(uuid.uuid4())


@pytest.fixture
def running(transactional_db):
    """The process itself, as its role, on the test's database."""
    process = opener_process(opener_dsn())
    for _ in range(300):
        if (opener_socket.socket_folder() / "socket").exists() or process.poll() is not None:
            break
        time.sleep(0.1)
    yield process
    process.terminate()
    process.wait(20)


def test_the_desk_opens_a_record_through_its_door(running):
    unit = make.unit()
    keys.make_unit_keys("words-for-a-test")
    first, second = Holder(unit), Holder(unit)
    begin_all()
    request = acts.make_request(acts.sealed_contact(unit), first)
    acts.approve(request, second)
    acts.browser_gives(opener_client, request, first)
    acts.browser_gives(opener_client, request, second)
    opened = opener_client.open_record(request.pk)
    assert opened == opener_client.OpenedRecord("contact", acts.WORDS.encode())
    assert acts.WORDS not in repr(opened)
    with pytest.raises(AlreadyOpened):
        opener_client.open_record(request.pk)
    with pytest.raises(NotInRecord):
        opener_client.begin(uuid.uuid4())
    # Whoever speaks otherwise is not answered, and ends nothing.
    with pytest.raises((OSError, ValueError)):
        opener_socket.ask({"act": "begin"}, b"")
    assert running.poll() is None
    status = Path(f"/proc/{running.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    assert "Seccomp:\t2" in status


def opener_process(dsn, *words, **more):
    return subprocess.Popen(
        [sys.executable, "-c", _AS_IT_RUNS, *words],
        env={
            **os.environ,
            "KENG_DATABASE_URL_OPENER": dsn,
            "KENG_PROCESS": "opener",
            "KENG_DATA": str(data_folder()),
        },
        **more,
    )


def opener_dsn():
    from keng.conftest import give_rights

    connection.ensure_connection()
    give_rights()
    info = connection.connection.info
    return (
        f"host={info.host} port={info.port} dbname={info.dbname} user={info.user} "
        f"password='{info.password}' options='-c role=keng_opener'"
    )


@pytest.mark.django_db(transaction=True)
def test_it_ends_once_nobody_asked_for_a_while_and_not_while_something_is_on_its_way():
    unit = make.unit()
    keys.make_unit_keys("words-for-a-test")
    first, second = Holder(unit), Holder(unit)
    begin_all()
    request = acts.make_request(acts.sealed_contact(unit), first)
    acts.approve(request, second)
    make_private_folder(opener_socket.socket_folder())
    with opener_socket.listen() as listening:
        words = (str(listening.fileno()), "1")
        process = opener_process(opener_dsn(), *words, pass_fds=(listening.fileno(),))
        try:
            with pytest.raises(NotInRecord):
                opener_client.begin(uuid.uuid4())
            assert process.wait(20) == 0
            # Who asks meanwhile waits at the socket, for the next one.
            with ThreadPoolExecutor(1) as asking:
                begun = asking.submit(opener_client.begin, request.pk)
                process = opener_process(opener_dsn(), *words, pass_fds=(listening.fileno(),))
                begun.result(20)
            acts.browser_gives(opener_client, request, first)
            time.sleep(3)
            assert process.poll() is None
            acts.browser_gives(opener_client, request, second)
            assert opener_client.open_record(request.pk).content == acts.WORDS.encode()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait(20)


@contextmanager
def use_store(monkeypatch):
    """Files of reports lie in a bucket of moto's server, which the opener cannot reach."""
    with s3_server.running_server() as address:
        monkeypatch.setenv("KENG_FILES_URL", f"{address}/{s3_server.new_bucket(address)}")
        monkeypatch.setenv("KENG_FILES_KEY", s3_server.KEY)
        monkeypatch.setenv("KENG_FILES_SECRET", s3_server.SECRET)
        yield


class Door:
    """The acts of a resharing as the desk asks them."""

    begin = staticmethod(opener_client.begin_resharing)
    reshare = staticmethod(opener_client.reshare)

    @staticmethod
    def shares_for(asked, holder_key):
        return opener_client.written_shares(opener_client.shares_for_resharing(asked, holder_key))

    @staticmethod
    def give(asked, holder_key, body):
        opener_client.give_for_resharing(asked, holder_key, opener_client.read_shares(body))


def test_two_holders_split_a_key_anew_through_its_door(running):
    unit = make.unit()
    keys.make_unit_keys("words-for-a-test")
    one, two, gone = (Holder(unit) for _ in range(3))
    begin_all()
    resharings.leaves(gone)
    asked = resharings.due()
    resharings.join(asked, one, two)
    resharings.reshare(Door, asked, one, two)
    assert resharing.place_new_shares() == len(asked.plan)
    assert not KeyShare.objects.filter(holder_key=gone.key).exists()
    assert running.poll() is None


@pytest.mark.parametrize("place", ["folder", "store"])
def test_two_holders_reseal_what_is_on_hold_through_its_door(running, monkeypatch, place):
    world = worlds.held_world()
    asked = worlds.due()
    worlds.come_and_give(Door, asked, *world.people[:2])
    # An original that lies under the month's key, as the rest.
    held = world.held[0]
    name = f"files/originals/{held.tip_ref}"
    key = hybrid.HybridSeal(hybrid_public_key(bytes(world.key.public_key)), world.key.pk)
    sealed = key.close(b"a picture", hybrid.SealedKind.FILE, held.tip_ref)
    Attachment.objects.create(
        tip_id=held.tip_ref,
        kind="image",
        mime="image/jpeg",
        size=9,
        original_path=name,
    )
    with use_store(monkeypatch) if place == "store" else nullcontext():
        file_storage().put(name, sealed)
        assert (data_folder() / name).exists() == (place == "folder")
        with copied_for_opener([name]):
            joining._reseal_all(asked.pk)
        assert hybrid.key_id_of(file_storage().read(name)) == asked.hold_key_id
    assert worlds.keys_of(world) == [asked.hold_key_id.bytes] * 3
    assert running.poll() is None
