"""A page against its fake: publishing, correcting, taking back, and every error of Meta's."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, OutgoingMessage, Request
from keng.channels.facebook_page import FacebookPage
from keng.channels.facebook_page.fake import FakeFacebookPage
from keng.channels.facebook_page.posting import outcome_of_post_change
from keng.channels.fake import running_provider
from keng.channels.meta_graph import PAGE_CHECK
from keng.channels.tests.talk import send, talk

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WARNING = OutgoingMessage("CẢNH BÁO: có người giả làm thợ điện")
CORRECTION = OutgoingMessage("ĐÍNH CHÍNH: đó là thợ điện thật")


@pytest.fixture(scope="module")
def running():
    with running_provider(FakeFacebookPage()) as fake:
        yield fake


@pytest.fixture
def fake(running):
    running.faults.clear()
    running.delivered.clear()
    running.journal.clear()
    running.posts.clear()
    running.settings.permissions = ("pages_manage_posts", "pages_read_engagement")
    return running


def posted(fake, message=WARNING, page="", **settings):
    credentials = {**fake.credentials(), **settings}
    address = Address(page or fake.settings.page_id, "group")
    return send(FacebookPage(), message, address, credentials, NOW)


def after(fake, message, *, earlier=WARNING, **what):
    """What comes of a message that follows another one."""
    first = posted(fake, earlier)
    return posted(fake, replace(message, earlier_post=first.provider_id, **what))


def shown_by_fake(fake):
    return [(post.text, bool(post.picture)) for post in fake.posts.values()]


def methods(fake):
    return [entry.method for entry in fake.journal]


def test_a_warning_is_posted_as_words_or_with_its_picture(fake):
    assert posted(fake).kind == "sent"
    outcome = posted(fake, replace(CORRECTION, image=PNG))
    assert outcome.kind == "sent"
    assert shown_by_fake(fake) == [(WARNING.text, False), (CORRECTION.text, True)]
    assert list(fake.posts.values())[-1].picture == PNG
    assert outcome.provider_id.startswith(list(fake.posts)[-1])


def test_no_secret_stands_in_an_address(fake):
    after(fake, CORRECTION, deletes_post=True)
    assert methods(fake) == ["POST", "POST", "DELETE"]
    assert not any(entry.has_secret_in_query for entry in fake.journal)


def test_a_correction_changes_the_words_of_the_same_post(fake):
    outcome = after(fake, CORRECTION)
    assert (outcome.kind, outcome.code) == ("sent", "post_changed")
    assert shown_by_fake(fake) == [(CORRECTION.text, False)]
    assert outcome.provider_id in fake.posts


@pytest.mark.parametrize("pictures", [(PNG, PNG), (PNG, None), (None, PNG)])
def test_a_post_with_a_picture_is_deleted_and_posted_anew(fake, pictures):
    before, now = pictures
    outcome = after(fake, replace(CORRECTION, image=now), earlier=replace(WARNING, image=before))
    assert (outcome.kind, outcome.code) == ("sent", "post_replaced")
    assert shown_by_fake(fake) == [(CORRECTION.text, now is not None)]


@pytest.mark.parametrize("picture", [PNG, None])
def test_a_deleted_post_says_the_words_first(fake, picture):
    outcome = after(fake, CORRECTION, earlier=replace(WARNING, image=picture), deletes_post=True)
    assert (outcome.kind, outcome.code, shown_by_fake(fake)) == ("sent", "post_deleted", [])
    assert fake.texts_of(fake.settings.page_id) == [WARNING.text, CORRECTION.text]


def test_what_was_deleted_on_the_page_is_said_anew_unless_it_was_to_go(fake):
    gone = replace(CORRECTION, earlier_post="123_456")
    assert posted(fake, replace(gone, deletes_post=True)).code == "post_missing"
    assert shown_by_fake(fake) == []
    outcome = posted(fake, gone)
    assert (outcome.code, shown_by_fake(fake)) == ("post_replaced", [(CORRECTION.text, False)])


@pytest.mark.parametrize("match", ["feed", "photos"])
def test_a_post_that_may_stand_is_not_posted_again_by_a_machine(fake, match):
    fake.faults.next(match=match, drop="after_accept")
    message = replace(WARNING, image=PNG if match == "photos" else None)
    assert posted(fake, message).kind == "unknown"
    # A person tries again: the page's last post says it already, and is found.
    again = posted(fake, message)
    assert (again.kind, len(fake.posts)) == ("sent", 1)
    assert again.provider_id.startswith(next(iter(fake.posts)))


@pytest.mark.parametrize("deletes_post", [False, True])
def test_a_change_whose_answer_was_lost_is_asked_again(fake, deletes_post):
    first = posted(fake)
    message = replace(CORRECTION, earlier_post=first.provider_id, deletes_post=deletes_post)
    fake.faults.next(match=first.provider_id, drop="after_accept")
    assert posted(fake, message).kind == "retry"
    assert posted(fake, message).kind == "sent"
    assert shown_by_fake(fake) == ([] if deletes_post else [(CORRECTION.text, False)])


def test_after_a_deletion_a_new_try_posts_what_is_still_to_say(fake):
    first = posted(fake, replace(WARNING, image=PNG))
    message = replace(CORRECTION, image=PNG, earlier_post=first.provider_id)
    fake.faults.next(match="photos", status=400, body={"error": {"code": 4}})
    assert posted(fake, message).kind == "retry"
    assert shown_by_fake(fake) == []
    assert posted(fake, message).code == "post_replaced"
    assert shown_by_fake(fake) == [(CORRECTION.text, True)]


# Meta's code, what it means for a new post, and for one that is changed or deleted.
ERRORS = [
    (1, "unknown", "retry"),
    (2, "unknown", "retry"),
    (4, "retry", "retry"),
    (10, "config", "config"),
    (32, "retry", "retry"),
    (100, "reject", "reject"),
    (190, "config", "config"),
    (200, "config", "config"),
    (368, "config", "config"),
    (506, "reject", "reject"),
    (613, "retry", "retry"),
    (99_999, "unknown", "retry"),
]


@pytest.mark.parametrize(("code", "new", "changed"), ERRORS)
def test_every_error_of_the_contract(fake, code, new, changed):
    fake.faults.next(match="/feed", status=400, body={"error": {"code": code}})
    outcome = posted(fake)
    assert (outcome.kind, outcome.code) == (new, str(code))
    assert outcome.after_seconds is None or outcome.rate_remaining == 0
    first = posted(fake)
    for what in ({}, {"deletes_post": True}):
        fake.faults.next(match=first.provider_id, status=400, body={"error": {"code": code}})
        message = replace(CORRECTION, earlier_post=first.provider_id, **what)
        assert posted(fake, message).kind == changed
    assert shown_by_fake(fake) == [(WARNING.text, False)]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"success": "yes"}', b'{"error": 7}'])
def test_an_answer_that_is_none_settles_nothing(fake, body):
    fake.faults.next(match="/feed", body=body.decode())
    assert posted(fake).kind == "unknown"
    reply = talk(Request("GET", f"{fake.base}/_fake/state", {}, b""))
    assert outcome_of_post_change(replace(reply, body=body)).kind == "retry"


def test_what_the_page_never_granted_stops_the_account(fake):
    fake.settings.permissions = ()
    assert (posted(fake).kind, posted(fake).scope) == ("config", "account")
    assert posted(fake, page_token="wrong").code == "190"
    assert posted(fake, app_secret="wrong").code == "proof"


def test_another_page_is_not_posted_on_and_nothing_empty_or_monstrous_is_tried(fake):
    other = posted(fake, page="99")
    assert (other.kind, other.scope) == ("config", "address")
    assert posted(fake, OutgoingMessage("  ")).kind == "reject"
    assert posted(fake, OutgoingMessage("a" * 60_001)).kind == "reject"
    assert posted(fake, replace(WARNING, image=bytes(4_000_001))).kind == "reject"
    assert fake.journal == []


def test_the_account_is_looked_at_without_posting(fake):
    finding = PAGE_CHECK.finding(talk(PAGE_CHECK.question(fake.credentials())))
    assert finding.is_well
    assert fake.posts == {}
