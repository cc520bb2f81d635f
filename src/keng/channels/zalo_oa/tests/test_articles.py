"""Articles to followers: one step with each try, nothing made twice, changed and removed by id."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from keng.channels.base import Address, OutgoingMessage
from keng.channels.tests.talk import send
from keng.channels.zalo_oa import ZaloOA
from keng.channels.zalo_oa.articles import article_content
from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import FakeUser

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)  # 10:00 in Vietnam
COVER = {"article_cover": "https://vi-du.example/bia.jpg", "article_author": "Công an phường Mẫu"}
EVERYBODY = Address("followers", "group")
WARNING = OutgoingMessage(
    "CẢNH BÁO: thợ điện giả\nHọ xin vào nhà để <kiểm tra> đồng hồ.", subject="Thợ điện giả"
)
RECALL = OutgoingMessage("THU HỒI: đó là thợ điện thật", subject="Thu hồi")


@pytest.fixture(scope="module")
def running():
    with running_zalo() as fake:
        yield fake


@pytest.fixture
def fake(running):
    state = running.state
    running.faults.clear()
    state.articles.clear()
    state.journal.clear()
    state.clock.set(NOW.timestamp(), stopped=True)
    state.token_issued_at = NOW.timestamp()
    state.users = {f"u{n}": FakeUser(f"u{n}", follower=n < 3) for n in range(5)}
    return running


def outcome_of_article(fake, message, *, address=EVERYBODY, **settings):
    credentials = {**fake.credentials(), **COVER, **settings}
    return send(ZaloOA(), message, address, credentials, NOW)


def one_step(fake, message, outcome, **more):
    return outcome_of_article(fake, replace(message, begun=outcome.provider_id), **more)


def published(fake):
    """As the sender goes on: what an outcome says has begun comes back with the next try."""
    outcome = outcome_of_article(fake, WARNING)
    fake.state.clock.advance(30)
    outcome = one_step(fake, WARNING, outcome)
    return one_step(fake, WARNING, outcome)


def only_article(fake):
    (article,) = fake.state.articles.values()
    return article


def test_an_article_is_made_waited_for_and_sent_to_all_who_follow(fake):
    made = outcome_of_article(fake, WARNING)
    assert (made.kind, made.provider_id[:6]) == ("retry", "token:")
    early = one_step(fake, WARNING, made)
    assert (early.kind, early.code, early.after_seconds) == ("retry", "-214", 60)
    fake.state.clock.advance(30)
    ready = one_step(fake, WARNING, made)
    assert (ready.kind, ready.provider_id) == ("retry", f"article:{only_article(fake).id}")
    sent = one_step(fake, WARNING, ready)
    assert (sent.kind, sent.provider_id) == ("sent", ready.provider_id)
    assert only_article(fake).sent_to == [3]


def test_what_it_says_fits_and_no_word_of_it_is_markup():
    content = article_content(replace(WARNING, subject="a" * 200), COVER)
    assert len(content["title"]) == 150
    assert content["body"][0]["content"] == (
        "<p>CẢNH BÁO: thợ điện giả</p><p>Họ xin vào nhà để &lt;kiểm tra&gt; đồng hồ.</p>"
    )
    assert (content["comment"], content["author"]) == ("hide", COVER["article_author"])


def test_it_goes_to_the_provinces_that_the_address_names(fake):
    outcome = published(fake)
    there = Address("followers:21,61", "group")
    assert one_step(fake, WARNING, outcome, address=there).kind == "sent"
    assert only_article(fake).sent_to == [3, 3]


def test_an_article_that_may_have_been_made_is_not_made_again(fake):
    fake.faults.next(match="article/create", drop="after_accept")
    assert outcome_of_article(fake, WARNING).kind == "unknown"


def test_a_question_for_its_id_may_be_asked_again(fake):
    made = outcome_of_article(fake, WARNING)
    fake.faults.next(match="article/verify", drop="after_accept")
    assert one_step(fake, WARNING, made).kind == "retry"


def test_sent_or_not_it_is_known_by_its_id_from_then_on(fake):
    made = outcome_of_article(fake, WARNING)
    fake.state.clock.advance(30)
    ready = one_step(fake, WARNING, made)
    fake.faults.next(match="oa/message", body={"error": -200})
    outcome = one_step(fake, WARNING, ready)
    assert (outcome.kind, outcome.provider_id) == ("unknown", ready.provider_id)
    fake.state.clock.set(datetime(2026, 11, 25, 16, 0, tzinfo=UTC).timestamp(), stopped=True)
    fake.state.token_issued_at = fake.state.clock.now()
    night = one_step(fake, WARNING, ready)
    assert (night.kind, night.code, night.provider_id) == ("not_now", "-234", ready.provider_id)


@pytest.mark.parametrize("known_by", ["id", "token"])
def test_what_takes_it_back_is_said_by_the_article_itself(fake, known_by):
    made = outcome_of_article(fake, WARNING)
    fake.state.clock.advance(30)
    kept = made.provider_id if known_by == "token" else published(fake).provider_id
    amended = outcome_of_article(fake, replace(RECALL, earlier_post=kept))
    assert (amended.kind, amended.code) == ("sent", "article_changed")
    changed = fake.state.articles[amended.provider_id.removeprefix("article:")]
    assert changed.content["title"] == "Thu hồi"
    assert "THU HỒI" in changed.content["body"][0]["content"]


def test_it_is_removed_where_the_desk_chose_so(fake):
    kept = published(fake).provider_id
    outcome = outcome_of_article(fake, replace(RECALL, earlier_post=kept, deletes_post=True))
    assert (outcome.kind, outcome.code, fake.state.articles) == ("sent", "article_removed", {})


@pytest.mark.parametrize(
    ("code", "made", "amended"),
    [
        (-32, "retry", "retry"),
        (-200, "unknown", "retry"),
        (-201, "reject", "reject"),
        (-210, "reject", "reject"),
        (-211, "not_now", "not_now"),
        (-212, "config", "config"),
        (-216, "refresh_auth", "refresh_auth"),
        (-221, "config", "config"),
        (-223, "config", "config"),
        (-224, "config", "config"),
        (-248, "reject", "reject"),
        (-9999, "unknown", "retry"),
    ],
)
def test_each_refusal_of_an_article(fake, code, made, amended):
    fake.faults.next(match="article/create", body={"error": code})
    assert outcome_of_article(fake, WARNING).kind == made
    kept = published(fake).provider_id
    for path, what in (("update", {}), ("remove", {"deletes_post": True})):
        fake.faults.next(match=f"article/{path}", body={"error": code})
        outcome = outcome_of_article(fake, replace(RECALL, earlier_post=kept, **what))
        assert (outcome.kind, outcome.code) == (amended, str(code))
    assert only_article(fake).content["title"] == WARNING.subject


def test_without_a_cover_or_words_nothing_is_begun(fake):
    refused = outcome_of_article(fake, WARNING, article_cover="")
    assert (refused.kind, refused.scope) == ("config", "address")
    assert outcome_of_article(fake, OutgoingMessage(" ")).kind == "reject"
    assert fake.state.journal == []
