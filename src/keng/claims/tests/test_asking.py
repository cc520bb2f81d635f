"""Asking: what is covered, what is joined, what is bounded, and what is not kept."""

import pytest

from keng.claims import actions, queries
from keng.claims.models import Asking, Claim
from keng.claims.redact_claims import redact_claim
from keng.claims.tests.bureau import ASKED, Bureau

SHARED = (
    "Chị Nguyễn Thị Hoa 0912 000 417 gửi: bão đổ bộ tối nay, xem @hoa.nguyen_88 và"
    " https://www.facebook.com/hoa.nguyen/posts/12345 hoặc zalo.me/0912000417"
)


@pytest.mark.parametrize(
    "told", ["Hoa", "0912", "417", "hoa.nguyen", "posts/12345", "zalo.me/0912", "@hoa"]
)
def test_nothing_of_whoever_shared_it_is_left(told):
    assert told not in redact_claim(SHARED).text


@pytest.mark.parametrize("own", ["Mẫu", "17", "John", "Smith"])
def test_nothing_of_whoever_asks_and_says_who_they_are_is_left(own):
    asked = "Em là Trần Thị Mẫu, ở nhà số 17. My name is John Smith. Bão đổ bộ tối nay?"
    assert own not in redact_claim(asked).text
    assert redact_claim(asked).text.endswith("Bão đổ bộ tối nay?")


def test_the_claim_itself_and_the_host_of_a_link_are_left():
    kept = redact_claim(SHARED).text
    assert "bão đổ bộ tối nay" in kept
    assert "facebook.com/[…]" in kept
    assert redact_claim("Xem https://bao.example/tin-bao-so-9").text.endswith(
        "bao.example/tin-bao-so-9"
    )


@pytest.mark.django_db
def test_the_database_never_sees_who_shared_it():
    bureau = Bureau()
    claim, token = bureau.asked(SHARED)
    assert claim.words == redact_claim(SHARED).text
    asking = Asking.objects.get()
    assert token.encode() not in bytes(asking.token_hash)
    assert {field.name for field in Asking._meta.fields} == {"token_hash", "claim", "box"}
    assert SHARED.encode() not in bytes(asking.box)
    assert claim.words.encode() not in bytes(asking.box)


@pytest.mark.django_db
def test_the_same_words_are_the_same_claim_and_each_has_a_link():
    bureau = Bureau()
    claim, first = bureau.asked()
    second = actions.ask_claim("nghe noi tu thang sau doi can cuoc mat 500 nghin, dung khong")
    assert Claim.objects.get() == claim
    assert first != second
    assert queries.claim_under(second) == claim


@pytest.mark.django_db
def test_whoever_says_that_is_it_joins_what_is_open():
    bureau = Bureau()
    claim, _first = bureau.asked()
    token = actions.ask_claim("Căn cước đổi lại mất tiền thật à?", same_as=claim.pk)
    assert queries.claim_under(token) == claim
    assert claim.askings.count() == 2


@pytest.mark.django_db
def test_further_evidence_is_a_question_about_its_check():
    check = Bureau().published()
    token = actions.ask_claim(ASKED, about=check.claim.number)
    found = queries.claim_under(token)
    assert (found.about, found.state) == (check.claim, "new")


@pytest.mark.django_db
def test_a_flood_is_bounded_and_those_who_join_are_not_turned_away(monkeypatch):
    monkeypatch.setattr("keng.claims.actions.asking.MOST_AN_HOUR", 1)
    claim, _token = Bureau().asked()
    with pytest.raises(actions.TooManyClaims):
        actions.ask_claim("Một chuyện hoàn toàn khác về giá xăng")
    assert queries.claim_under(actions.ask_claim(ASKED)) == claim


@pytest.mark.django_db
def test_those_who_join_are_counted_too(monkeypatch):
    monkeypatch.setattr("keng.claims.actions.asking.MOST_LINKS_TO_ONE", 2)
    claim, _token = Bureau().asked()
    actions.ask_claim(ASKED)
    for joining in ({"same_as": claim.pk}, {}):
        with pytest.raises(actions.TooManyClaims):
            actions.ask_claim(ASKED, **joining)
    assert Asking.objects.count() == 2


@pytest.mark.django_db
def test_nobody_gets_in_with_another_secret():
    Bureau().asked()
    assert queries.claim_under("A" * 22) is None
