"""The proof that a report came in: on request alone, and of this report alone."""

import base64
import datetime as dt
import json

import pytest
from django.db import ProgrammingError, connection, transaction

from keng.audit.models import Entry
from keng.dialogue.tests.test_status import CODE, enter
from keng.intake.receive import IncomingTip, receive_tip, receive_tips
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.merkle.notes import LogCheckpointText, SignedNote, decoded_hash
from keng.merkle.tests.outsider import is_included
from keng.merkle.trees import leaf_hash
from keng.public_log.growing import commitment, grow
from keng.public_log.models import LeafSalt
from keng.public_log.serving import proof_of_report
from keng.tips import receipt_codes
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))


def incoming(number: int, **more) -> IncomingTip:
    unit = make.unit()
    return IncomingTip(
        unit_id=unit.pk, text="Đèn đường hỏng", dedupe_key=keyed_hash("test", str(number)), **more
    )


@pytest.fixture
def sent():
    return receive_tip(incoming(1, receipt_hash=receipt_codes.code_hash(CODE)))


def take_step_later(monkeypatch) -> None:
    later = times.now() + dt.timedelta(minutes=5)
    with monkeypatch.context() as patched:
        patched.setattr(times, "now", lambda: later)
        grow()


def ask(client):
    enter(client)
    return client.post("/status/tip/", {"wish": "prove"})


def test_whoever_asks_gets_the_file_of_their_own_report(public_client, sent, monkeypatch) -> None:
    receive_tip(incoming(2))
    waiting = ask(public_client)
    assert "Bạn hãy hỏi lại sau nửa giờ." in waiting.content.decode()
    take_step_later(monkeypatch)
    answer = ask(public_client)
    assert answer["Content-Disposition"] == 'attachment; filename="tep.tlog-proof"'
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    head, _, note = answer.content.decode().partition("\n\n")
    _format, extra, index, *proof = head.split("\n")
    opened = json.loads(base64.b64decode(extra.removeprefix("extra ")))
    own = Entry.objects.filter(action="intake.batch").earliest("id")
    assert bytes.fromhex(opened["entry"]) == bytes(own.hash)
    said = LogCheckpointText.read(SignedNote.read(note.encode()).text)
    leaf = leaf_hash(commitment(bytes.fromhex(opened["salt"]), bytes(own.hash)))
    number = int(index.removeprefix("index "))
    assert is_included(leaf, number, said.size, list(map(decoded_hash, proof)), said.root)


def test_the_status_page_itself_carries_no_proof(public_client, sent, monkeypatch) -> None:
    take_step_later(monkeypatch)
    enter(public_client)
    page = public_client.get("/status/tip/").content.decode()
    opened = LeafSalt.objects.get()
    assert "tlog-proof" not in page
    assert bytes(opened.salt).hex() not in page
    assert 'value="prove"' in page


def test_without_a_code_nothing_is_answered(public_client, sent, monkeypatch) -> None:
    take_step_later(monkeypatch)
    answer = public_client.post("/status/tip/", {"wish": "prove"})
    assert "tlog-proof" not in answer.headers.get("Content-Disposition", "")


def test_what_came_in_with_others_at_once_is_proved_by_their_one_entry(monkeypatch) -> None:
    tips = [each.tip_id for each in receive_tips([incoming(1), incoming(2)])]
    take_step_later(monkeypatch)
    proofs = {proof_of_report(tip_id) for tip_id in tips if tip_id}
    assert len(proofs) == 1
    assert None not in proofs


def test_a_purged_salt_leaves_nothing_to_prove(sent, monkeypatch) -> None:
    take_step_later(monkeypatch)
    assert proof_of_report(sent)
    LeafSalt.objects.all().delete()
    assert proof_of_report(sent) is None


def test_no_other_process_opens_a_leaf(sent, become) -> None:
    for process in ("desk", "edge", "worker", "sender"):
        become(process)
        with pytest.raises(ProgrammingError), transaction.atomic():
            proof_of_report(sent)
        with connection.cursor() as cursor:
            cursor.execute("RESET ROLE")
    become("public")
    assert proof_of_report(sent) is None
