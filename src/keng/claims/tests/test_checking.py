"""From a question to a published check and beyond: what is allowed, and what the record keeps."""

import datetime

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from keng.accounts.models import Officer
from keng.accounts.vouching import HAND_COUNTS_FOR
from keng.acts.errors import NotAllowed
from keng.audit.models import Entry
from keng.claims import actions, queries
from keng.claims.actions import objections
from keng.claims.models import Asking, Claim, Revision
from keng.claims.tests.bureau import ASKED, Bureau, content
from keng.kit import times
from keng.releases.errors import HandInIt, NothingWaits, TextChanged
from keng.waiting.counts import counts_by_page
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau():
    return Bureau()


def test_two_people_publish_and_everybody_who_asked_is_led_there(bureau):
    claim, token = bureau.asked()
    revision = bureau.published(claim)
    found = queries.claim_under(token)
    assert (found.state, found.number) == ("published", 1)
    assert queries.published_checks() == [revision]
    acts = Entry.objects.order_by("seq").values_list("action", flat=True)
    assert list(acts) == ["claim.written", "claim.submitted", "claim.published"]


def test_the_author_does_not_publish(bureau):
    revision = bureau.waiting()
    with pytest.raises(HandInIt):
        actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=bureau.author)
    assert not queries.published_checks()


def test_whoever_changes_a_word_becomes_its_author(bureau):
    revision = bureau.waiting()
    actions.write_claim(
        revision.claim_id, content=content(unknown="Ai nói trước."), by=bureau.second
    )
    changed = actions.submit_claim(revision.claim_id, by=bureau.second)
    with pytest.raises(HandInIt):
        actions.publish_claim(revision.claim_id, seen=changed.digest_now, by=bureau.second)


def test_what_was_read_is_what_is_published(bureau):
    seen = bureau.waiting().digest_now
    claim = Claim.objects.get()
    actions.write_claim(claim.pk, content=content(unknown="Điều khác."), by=bureau.author)
    actions.submit_claim(claim.pk, by=bureau.author)
    with pytest.raises(TextChanged):
        actions.publish_claim(claim.pk, seen=seen, by=bureau.second)


def test_a_row_changed_behind_our_back_is_not_published(bureau):
    revision = bureau.waiting()
    Revision.objects.update(quote="Lời khác hẳn")
    with pytest.raises(TextChanged):
        actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=bureau.second)


def test_a_change_has_to_be_handed_in_again(bureau):
    revision = bureau.waiting()
    actions.write_claim(revision.claim_id, content=content(unknown="Điều khác."), by=bureau.author)
    with pytest.raises(NothingWaits):
        actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=bureau.second)


def test_a_correction_is_a_new_revision_and_the_old_one_stays(bureau):
    first = bureau.published()
    again = bureau.published(first.claim, verdict="partly", note="Thêm bảng phí mới.")
    assert [r.number for r in queries.public_revisions(1)] == [2, 1]
    assert queries.published_checks() == [again]


@pytest.mark.parametrize("change", [{"quote": "khác"}, {"released_at": None}])
def test_a_published_revision_never_changes(bureau, change):
    first = bureau.published()
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        Revision.objects.filter(pk=first.pk).update(**change)
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        first.delete()


def test_the_database_wants_evidence_and_a_second_person(bureau):
    revision = bureau.waiting()
    row = Revision.objects.filter(pk=revision.pk)
    for wrong, name in [
        ({"released_by": bureau.author}, "hand_in_it"),
        ({"released_by": bureau.second, "evidence": []}, "has_evidence"),
    ]:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            row.update(released_at=revision.submitted_at, **wrong)


def test_nothing_is_handed_in_without_a_source(bureau):
    claim, _token = bureau.asked()
    actions.write_claim(claim.pk, content=content(evidence=()), by=bureau.author)
    with pytest.raises(NothingWaits):
        actions.submit_claim(claim.pk, by=bureau.author)


def test_a_withdrawn_check_answers_nobody_and_keeps_its_page(bureau):
    check = bureau.published()
    actions.withdraw_claim(check.claim_id, reason="changed", by=bureau.second)
    assert queries.published_checks() == []
    assert queries.published_checks_like(ASKED) == []
    assert queries.public_revisions(1)[0].claim.withdrawn_code == "changed"
    with pytest.raises(actions.AlreadyEnded):
        actions.write_claim(check.claim_id, content=content(), by=bureau.author)


def test_nobody_takes_a_check_back_in_words_of_their_own(bureau):
    check = bureau.published()
    with pytest.raises(ValueError, match="Nộp phí"):
        actions.withdraw_claim(check.claim_id, reason="Nộp phí qua số này", by=bureau.second)
    assert queries.public_revisions(1)[0].claim.state == "published"
    with pytest.raises(IntegrityError, match="closed_list"), transaction.atomic():
        Claim.objects.update(state="withdrawn", withdrawn_code="Nộp phí")


def test_a_private_life_is_out_of_scope_and_its_words_are_gone(bureau):
    claim, token = bureau.asked("Cô giáo lớp 3 bỏ chồng theo người khác phải không?")
    actions.write_claim(claim.pk, content=content(quote="Cô giáo bỏ chồng"), by=bureau.author)
    actions.put_claim_out_of_scope(claim.pk, why="private", by=bureau.author)
    found = queries.claim_under(token)
    assert (found.state, found.outside, found.words) == ("out_of_scope", "private", "")
    assert not Revision.objects.exists()
    assert "chồng" not in str(list(Entry.objects.values_list("detail", flat=True)))
    with pytest.raises(IntegrityError, match="keeps_no_words"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(words="Cô giáo")


def test_whoever_asked_objects_once_within_a_week(bureau, public_client):
    words = "Nhà máy nước xả bẩn phải không?"
    claim, token = bureau.asked(words)
    actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.author)
    asked = f"/claims/asked/{token}"
    assert "/object" in public_client.get(asked, follow=True).content.decode()
    objecting_at = "/claims/asked/object"
    assert public_client.post(objecting_at, {"token": "khong-co"}).status_code == 404
    assert public_client.post(objecting_at, {"token": token}).url == "/claims/asked"
    assert "Bạn đã phản đối" in public_client.get(asked, follow=True).content.decode()
    claim.refresh_from_db()
    assert (claim.state, claim.words, claim.outside) == ("new", words, "")
    assert Entry.objects.filter(action="claim.objected").count() == 1
    with pytest.raises(actions.YourOwn):
        actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.author)
    actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.second)
    assert bytes(Asking.objects.get().box) == b""
    with pytest.raises(actions.NothingToObject):
        actions.object_to_out_of_scope(token)
    read = public_client.get(asked, follow=True).content.decode()
    assert "/object" not in read
    assert words not in read


def test_after_a_week_nobody_brings_the_words_back(bureau):
    claim, token = bureau.asked("Nhà máy nước xả bẩn phải không?")
    actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.author)
    assert objections.sweep_askers_words() == 0
    Claim.objects.update(
        ended_at=times.now() - objections.OBJECTION_TIME - datetime.timedelta(minutes=1)
    )
    with pytest.raises(actions.NothingToObject):
        actions.object_to_out_of_scope(token)
    assert objections.sweep_askers_words() == 1
    assert bytes(Asking.objects.get().box) == b""


def test_an_open_question_cannot_be_objected_to(bureau):
    _claim, token = bureau.asked()
    with pytest.raises(actions.NothingToObject):
        actions.object_to_out_of_scope(token)


def test_a_published_check_cannot_be_put_out_of_scope(bureau):
    check = bureau.published()
    with pytest.raises(actions.AlreadyEnded):
        actions.put_claim_out_of_scope(check.claim_id, why="opinion", by=bureau.author)


def test_an_earlier_check_answers_and_learns_how_it_was_asked(bureau):
    check = bureau.published()
    claim, token = bureau.asked("Làm lại thẻ chip tốn ba trăm nghìn à?")
    assert not queries.published_checks_like("lam lai the chip ton ba tram nghin a")
    actions.answer_claim_with(claim.pk, check=check.claim_id, by=bureau.author)
    assert queries.claim_under(token).same_as_id == check.claim_id
    (match,) = queries.published_checks_like("lam lai the chip ton ba tram nghin a")
    assert match.item == check


def test_only_a_check_that_stands_answers(bureau):
    claim, _token = bureau.asked()
    draft = bureau.waiting(quote="Tin khác hẳn về xăng dầu")
    with pytest.raises(actions.NotPublished):
        actions.answer_claim_with(claim.pk, check=draft.claim_id, by=bureau.author)


def test_claims_are_the_work_of_the_province(bureau):
    claim, _token = bureau.asked()
    commander = make.officer(unit=bureau.ward, role="commander")
    elsewhere = make.officer(unit=make.province_unit(), role="coordinator")
    for officer in (commander, elsewhere, make.officer(unit=bureau.province, role="auditor")):
        assert not Claim.objects.visible_to(officer).exists()
        with pytest.raises(NotAllowed):
            actions.put_claim_out_of_scope(claim.pk, why="other", by=officer)
    assert Claim.objects.visible_to(bureau.second).get() == claim


def test_checks_are_numbered_in_the_order_of_their_publication(bureau):
    first, second = bureau.waiting(), bureau.waiting(quote="Tin thứ hai")
    for revision in (second, first):
        actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=bureau.second)
    assert [c.number for c in Claim.objects.order_by("id")] == [2, 1]


def with_a_word_more(bureau, revision, by):
    changed = content(unknown="Ai nói trước, và khi nào.")
    actions.write_claim(revision.claim_id, content=changed, by=by)
    return actions.submit_claim(revision.claim_id, by=by)


def publish(revision, by):
    return actions.publish_claim(revision.claim_id, seen=revision.digest_now, by=by)


def test_another_persons_word_opens_no_way_round(bureau):
    revision = with_a_word_more(bureau, bureau.waiting(), bureau.second)
    assert revision.made_by == bureau.second
    for hand in (bureau.author, bureau.second):
        with pytest.raises(HandInIt):
            publish(revision, hand)
        with pytest.raises(IntegrityError, match="released_by"), transaction.atomic():
            Revision.objects.filter(pk=revision.pk).update(
                released_by=hand, released_at=times.now()
            )
    third = make.officer(unit=bureau.province, role="commander")
    assert publish(revision, third).hands == [bureau.author.pk, bureau.second.pk]
    entry = Entry.objects.get(action="claim.published")
    assert entry.detail["hands"] == [str(bureau.author.pk), str(bureau.second.pk)]


def test_no_ghost_of_whose_decision_was_objected_to_decides(bureau):
    claim, token = bureau.asked("Nhà máy nước xả bẩn phải không?")
    actions.put_claim_out_of_scope(claim.pk, why="opinion", by=bureau.author)
    objections.object_to_out_of_scope(token)
    made_by_author = {"set_up_agreed_by": bureau.author, "set_up_at": times.now()}
    Officer.objects.filter(pk=bureau.second.pk).update(**made_by_author)
    ghost = Officer.objects.get(pk=bureau.second.pk)
    with pytest.raises(actions.YourOwn):
        actions.put_claim_out_of_scope(claim.pk, why="opinion", by=ghost)


@pytest.mark.parametrize("hand", ["set_up_asked_by", "set_up_agreed_by"])
def test_whoever_made_the_authors_sign_in_does_not_publish(bureau, hand):
    revision = bureau.waiting()
    third = make.officer(unit=bureau.province, role="commander")
    Officer.objects.filter(pk=bureau.author.pk).update(**{hand: third, "set_up_at": times.now()})
    with pytest.raises(HandInIt):
        publish(revision, third)
    Officer.objects.filter(pk=bureau.author.pk).update(set_up_at=times.now() - HAND_COUNTS_FOR)
    assert publish(revision, Officer.objects.get(pk=third.pk))


def test_what_was_only_saved_is_a_hand_in_it_and_so_is_handing_it_in(bureau):
    claim = actions.add_claim(ASKED, by=bureau.author)
    actions.write_claim(claim.pk, content=content(), by=bureau.author)
    actions.write_claim(claim.pk, content=content(unknown="Điều khác."), by=bureau.second)
    handing_in = make.officer(unit=bureau.province, role="commander")
    revision = actions.submit_claim(claim.pk, by=handing_in)
    for hand in (bureau.author, bureau.second, handing_in):
        assert counts_by_page(hand)["desk-claims"] == 0
        with pytest.raises(HandInIt):
            publish(revision, hand)
    fourth = make.officer(unit=bureau.province)
    assert counts_by_page(fourth)["desk-claims"] == 1
    publish(revision, fourth)


def test_a_hand_in_what_was_published_before_is_none_in_its_correction(bureau):
    first = bureau.published()
    again = with_a_word_more(bureau, first, bureau.second)
    publish(again, bureau.author)
