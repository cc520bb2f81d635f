"""Posts of a page: what corrects a warning changes them, what takes it back also deletes them."""

import datetime

import pytest
from django.db import DatabaseError, transaction

from keng.channels.facebook_page.fake import FakeFacebookPage
from keng.channels.fake import running_provider
from keng.channels.zalo_oa.fake import running_zalo
from keng.delivery.audience import SameRecipients, audience_of_dispatch, plan_audience
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import ChannelAccount, Delivery
from keng.delivery.queries.outcomes import outcome_of_dispatch
from keng.delivery.tests.conftest import zalo_account
from keng.delivery.tests.sending import all_sent, send_until, sending, until
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from keng.kit.ids import new_id
from tests import make

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page():
    with running_provider(FakeFacebookPage()) as fake:
        yield fake


@pytest.fixture
def ward(as_sender, page):
    made = Ward()
    own = dict(page.credentials())
    account = ChannelAccount(
        unit=made.unit,
        base_url=own.pop("api_base"),
        rate_per_minute=0,
        slug="page",
        name="Trang",
        channel="facebook_page",
    )
    keep_secrets(account, own)
    account.save()
    made.page = make.group(
        unit=made.unit,
        place=made.hamlet,
        channel="facebook_page",
        channel_address=page.settings.page_id,
    )
    return made


def sent_after(ward, *dispatches, deletes_posts=False, sends=True):
    """What takes these back, with the posts it finds; it is sent at once."""
    audience = SameRecipients(tuple(one.pk for one in dispatches), deletes_posts=deletes_posts)
    made = ward.send(audience, kind="recall", ends_earlier="recalled")
    if sends:
        send_until(all_sent(len(dispatches) + 1))
    return made


def published(ward):
    first = ward.send(ward.audience())
    send_until(all_sent(1))
    return first


def row_of(dispatch):
    return Delivery.objects.get(dispatch=dispatch)


def test_what_takes_a_warning_back_is_said_by_the_post_itself(ward, page):
    first = published(ward)
    second = sent_after(ward, first)
    (post,) = page.posts.values()
    assert (post.has_been_changed, len(page.delivered)) == (True, 2)
    assert row_of(second).earlier_ref == row_of(first).pk
    assert row_of(second).provider_id == row_of(first).provider_id == post.id
    assert outcome_of_dispatch(second).posts == (("Bài đăng trên trang nay nói điều này", 1),)


def test_a_post_is_deleted_where_the_desk_chose_so(ward, page):
    first = published(ward)
    second = sent_after(ward, first)
    third = sent_after(ward, first, second, deletes_posts=True)
    assert page.posts == {}
    assert row_of(third).earlier_ref == row_of(second).pk
    assert audience_of_dispatch(third).deletes_posts
    assert outcome_of_dispatch(third).posts == (("Bài đăng trên trang đã bị xóa", 1),)


def test_the_approval_is_for_the_deletion_as_well(ward):
    first = published(ward)
    kept, gone = (SameRecipients((first.pk,), deletes_posts=each) for each in (False, True))
    assert kept.hash != gone.hash
    assert "deletes_posts" not in kept.definition
    assert plan_audience(kept).posts == 1


def test_a_change_whose_end_nobody_knows_was_one_of_the_post_before(ward, page):
    first = published(ward)
    second = sent_after(ward, first)
    Delivery.objects.filter(dispatch=second).update(
        state="leased", provider_id="", leased_until=times.now()
    )
    third = sent_after(ward, first, second, deletes_posts=True, sends=False)
    assert row_of(third).earlier_ref == row_of(second).pk
    send_until(lambda: row_of(third).state == "sent")
    assert page.posts == {}


def test_nothing_is_changed_before_the_post_has_an_id(ward, page):
    first = published(ward)
    row = row_of(first)
    # As if another sender were posting it this moment.
    Delivery.objects.filter(pk=row.pk).update(
        state="leased",
        provider_id="",
        leased_by=new_id(),
        leased_until=times.now() + datetime.timedelta(hours=1),
    )
    second = sent_after(ward, first, sends=False)
    with sending():
        until(lambda: row_of(second).attempts > 0 and row_of(second).state == "queued")
        assert not any(post.has_been_changed for post in page.posts.values())
        Delivery.objects.filter(pk=row.pk).update(
            state="sent", provider_id=row.provider_id, leased_by=None, leased_until=None
        )
        until(lambda: row_of(second).state == "sent")
    assert [post.has_been_changed for post in page.posts.values()] == [True]


def test_no_row_changes_a_post_of_somebody_else_or_deletes_one_unapproved(ward):
    first = published(ward)
    second = sent_after(ward, first)
    row = row_of(second)
    for changed in ({"recipient_ref": new_id()}, {"deletes_post": True}, {"earlier_ref": new_id()}):
        values = {"pk": new_id(), "part": 2, **changed}
        for name, value in values.items():
            setattr(row, name, value)
        with pytest.raises(DatabaseError, match="approved"), transaction.atomic():
            row.save(force_insert=True)
        row = row_of(second)


def test_an_article_is_made_once_and_taken_back_even_before_it_was_sent(as_sender):
    made = Ward()
    with running_zalo() as fake:
        account = zalo_account(fake)
        own = {key: value for key, value in fake.credentials().items() if "token" not in key}
        del own["api_base"]
        keep_secrets(account, own | {"article_cover": "https://vi-du.example/bia.jpg"})
        account.unit = made.unit
        account.save()
        make.group(
            unit=made.unit, place=made.hamlet, channel="zalo_oa", channel_address="followers"
        )
        first = made.send(made.audience())
        send_until(lambda: row_of(first).provider_id.startswith("token:"))
        second = made.send(SameRecipients((first.pk,)), kind="recall", ends_earlier="recalled")
        assert row_of(first).state == "cancelled"
        assert row_of(second).earlier_ref == row_of(first).pk
        fake.state.clock.advance(30)
        send_until(lambda: row_of(second).state == "sent")
        (article,) = fake.state.articles.values()
        assert (article.sent_to, article.content["title"]) == ([], "Cảnh báo")
        assert outcome_of_dispatch(second).posts[0][0].startswith("Bài viết nay nói")
