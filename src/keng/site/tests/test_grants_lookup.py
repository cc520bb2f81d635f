"""The look-up with the rights of each process: what is for the desk stays there."""

import io

import pytest
from django.db import ProgrammingError, connection, transaction
from PIL import Image

from keng.edge import prefixes
from keng.language.lookup_terms import lookup_terms_in
from keng.lookup.actions import disputes
from keng.lookup.actions import listing as actions
from keng.lookup.models import Dispute, DisputeFile
from keng.lookup.queries import decided_disputes, dispute_by_code, lookup_answers, public_listing
from keng.lookup.tests.make_listing import listing
from keng.lookup_pages import dispute_pictures
from keng.lookup_pages.evidence import reporters_behind, unlinked_behind
from keng.lookup_pages.propose import propose_sighting
from tests import make

pytestmark = pytest.mark.django_db

NUMBER = "0912000417"


def refused(sql):
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(sql)


def test_pictures_of_an_objection_are_put_there_by_one_process_and_named_to_the_sweeper(
    unit, become, tmp_path, monkeypatch
):
    monkeypatch.setenv("KENG_DATA", str(tmp_path))
    key = bytes(listing(unit=unit).lookup_hash).hex()
    picture = io.BytesIO()
    Image.new("RGB", (9, 9)).save(picture, "PNG")
    make.worker_key()
    become("public")
    dispute_pictures.object_with_pictures(
        key, reason="mistake", text="Không.", token="x" * 22, pictures=[picture.getvalue()]
    )
    refused("SELECT viewing_path FROM lookup_disputefile")
    refused("SELECT key_sealed FROM tips_waitingpicture")
    refused("DELETE FROM tips_waitingpicture")
    become("worker")
    assert make.copies_to_view() == 1
    assert DisputeFile.objects.values_list("viewing_path", flat=True)[0]
    refused("SELECT dispute_id FROM lookup_disputefile")
    refused("UPDATE lookup_disputefile SET at = now()")
    refused("DELETE FROM lookup_disputefile")


@pytest.mark.parametrize("process", ["public", "sender"])
def test_a_look_up_needs_no_more_than_what_it_answers_with(unit, become, process):
    listing(unit=unit)
    become(process)
    assert lookup_answers(lookup_terms_in(NUMBER))[0].grade == "confirmed"
    for column in ("basis", "end_note", "ended_by_id"):
        refused(f"SELECT {column} FROM lookup_listing")
    refused("UPDATE lookup_listing SET status = 'ended'")
    refused("SELECT * FROM tips_listingevidence")


def test_the_edge_reads_hashes_of_entries_and_nothing_else(unit, become):
    made = listing(unit=unit)
    become("edge")
    with connection.cursor() as cursor:
        key = bytes(made.lookup_hash)
        values = {"firsts": [key], "lasts": [key], "today": made.expires_on}
        cursor.execute(prefixes.PREFIX_SQL, values)
        assert [bytes(each) for _n, each in cursor.fetchall()] == [key]
    refused("SELECT indicator_id FROM lookup_listing")
    refused("SELECT listing_id FROM lookup_dispute")


def test_the_public_site_takes_an_objection_and_cannot_read_its_words(unit, become):
    made = listing(unit=unit)
    key = bytes(made.lookup_hash).hex()
    become("public")
    assert public_listing(key) is not None
    _dispute, code = disputes.object_to_listing(
        key, reason="mistake", text="Không.", token="x" * 22
    )
    again = disputes.object_to_listing(key, reason="mistake", text="Không.", token="x" * 22)
    assert (again[1], dispute_by_code(code).outcome, decided_disputes()) == (code, "", [])
    refused("SELECT text FROM lookup_dispute")
    refused("UPDATE lookup_dispute SET outcome = 'removed'")


def test_the_desk_lists_decides_and_ends_and_changes_nothing_that_was_listed(unit, become):
    lan, chief = make.officer(unit=unit), make.officer(unit=unit, role="commander")
    mai = make.officer(unit=unit.parent)
    seen = make.sighting(make.tip(unit=unit), indicator=make.indicator("+84912000417"))
    disputed = listing("+84912000418", unit=unit)
    key = bytes(disputed.lookup_hash).hex()
    disputes.object_to_listing(key, reason="mistake", text="Không.", token="x" * 22)
    become("desk")
    made = propose_sighting(
        seen.pk,
        grade="confirmed",
        category="scam_bank",
        month=disputed.used_in,
        basis="Đã gọi.",
        expires_on=disputed.expires_on,
        by=lan,
    )
    actions.confirm_listing(made.pk, seen=made.digest_now, does_harm=False, by=chief)
    actions.end_listing(made.pk, why="no_longer", note="Đã cắt.", by=chief)
    disputes.decide_dispute(Dispute.objects.get().pk, outcome="removed", answer="Đúng.", by=mai)
    assert (reporters_behind([seen.tip_id], hands=()), unlinked_behind([seen.tip_id])) == (1, 1)
    refused("UPDATE lookup_listing SET lookup_hash = ''")
    refused("UPDATE lookup_dispute SET text = ''")
    refused("SELECT conversation_hash FROM delivery_inbound")


def test_the_worker_ends_by_the_day_and_nothing_else(unit, become):
    listing(unit=unit, expires_on="2020-01-01")
    become("worker")
    assert actions.expire_listings() == 1
    refused("UPDATE lookup_listing SET expires_on = '2030-01-01'")
    refused("SELECT text FROM lookup_dispute")
