"""A correction does not wait for an account that carries nothing: another one, or it ends told."""

import datetime

import pytest
from django.db import connection

from keng.channels.upkeep import RECONNECT
from keng.conftest import give_rights, sign_in
from keng.delivery.actions import accounts
from keng.delivery.actions.stranded import rescue_stranded_rows
from keng.delivery.audience import SameRecipients
from keng.delivery.models import ChannelAccount, Delivery, RelayTask
from keng.delivery.tests.test_dispatch import Ward
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)
QUEUED, TOLD = ("queued", ""), ("rejected", "no_account")


class Warned(Ward):
    """A ward that was warned: a group by machine with a lead, and a subscriber by e-mail."""

    def __init__(self):
        super().__init__()
        self.chat = make.channel_account(unit=self.unit)
        self.mailbox = make.channel_account(unit=self.unit, channel="email")
        self.group = make.group(unit=self.unit, place=self.hamlet, channel="sandbox")
        self.lead = make.lead(unit=self.unit, groups=(self.group,))
        self.person = make.subscription(places=(self.place,))
        self.first = self.send(self.audience())
        Delivery.objects.filter(dispatch=self.first).update(state="sent")

    def recall(self, **more):
        values = {"kind": "recall", "urgent": True}
        return self.send(SameRecipients((self.first.pk,)), **values | more)

    def others(self):
        """Accounts of the province, which reaches the same group and the same mailbox."""
        return {
            make.channel_account(unit=self.province).pk,
            make.channel_account(unit=self.province, channel="email").pk,
        }


@pytest.fixture
def ward():
    return Warned()


def set_all(**fields):
    ChannelAccount.objects.update(**fields)


def accounts_of(sent):
    return set(sent.deliveries.values_list("account_id", flat=True))


def ends(sent):
    return set(sent.deliveries.values_list("state", "code"))


OFF = {"is_active": False}
LOST = {"circuit_open_since": times.now(), "circuit_reason": f"-216 {RECONNECT}"}
STOPPED = {"circuit_open_since": times.now(), "circuit_reason": "-32 too many"}


@pytest.mark.parametrize("fault", [OFF, LOST, STOPPED], ids=["off", "lost", "stopped"])
@pytest.mark.parametrize("kind", ["recall", "correction"])
def test_another_account_that_reaches_the_same_recipient_takes_it(ward, fault, kind):
    set_all(**fault)
    others = ward.others()
    sent = ward.recall(kind=kind)
    assert (accounts_of(sent), ends(sent)) == (others, {QUEUED})


def test_an_account_that_works_is_not_changed_for_another(ward):
    ward.others()
    assert accounts_of(ward.recall()) == {ward.chat.pk, ward.mailbox.pk}


@pytest.mark.parametrize("fault", [OFF, LOST], ids=["off", "lost"])
def test_where_there_is_no_other_it_ends_told_and_the_lead_of_the_group_is_asked(ward, fault):
    set_all(**fault)
    make.channel_account(unit=make.unit())
    sent = ward.recall()
    assert ends(sent) == {TOLD}
    task = RelayTask.objects.get(dispatch=sent)
    assert (task.lead, task.group) == (ward.lead, ward.group)


def test_what_is_tried_again_by_itself_is_waited_for(ward):
    set_all(**STOPPED)
    sent = ward.recall()
    assert ends(sent) == {QUEUED}
    assert rescue_stranded_rows() == 0
    assert not RelayTask.objects.filter(dispatch=sent).exists()


def test_a_chat_belongs_to_one_account_alone():
    ward = Warned()
    own = make.channel_account(unit=ward.unit, channel="zalo_bot")
    make.channel_account(unit=ward.province, channel="zalo_bot")
    Delivery.objects.filter(dispatch=ward.first, recipient_ref=ward.person.pk).update(
        channel="zalo_bot", account=own
    )
    own.is_active = False
    own.save()
    row = ward.recall().deliveries.get(recipient_ref=ward.person.pk)
    assert (row.state, row.code) == TOLD


@pytest.fixture
def as_worker(ward):
    """The worker finds another way, with its own rights."""
    give_rights()

    def rescue():
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE keng_worker")
            try:
                return rescue_stranded_rows()
            finally:
                cursor.execute("RESET ROLE")

    return rescue


def test_what_was_queued_before_its_account_went_off_gets_another_one(ward, as_worker):
    sent, bulk = ward.recall(), ward.send(ward.audience())
    assert as_worker() == 0
    set_all(**OFF)
    others = ward.others()
    assert as_worker() == 2
    assert (accounts_of(sent), ends(sent)) == (others, {QUEUED})
    # A warning waits for its account, as the desk was told.
    assert (accounts_of(bulk), ends(bulk)) == ({ward.chat.pk, ward.mailbox.pk}, {QUEUED})
    assert as_worker() == 0


def test_what_was_queued_before_ends_told_where_there_is_no_other(ward, as_worker):
    sent = ward.recall()
    set_all(**LOST)
    assert as_worker() == 2
    assert ends(sent) == {TOLD}
    assert RelayTask.objects.get(dispatch=sent).group == ward.group
    assert not sent.deliveries.filter(settled_at=None).exists()


def test_an_hour_without_anything_sent_is_long_enough(ward, as_worker):
    sent = ward.recall()
    set_all(**STOPPED)
    Delivery.objects.filter(dispatch=sent).update(created_at=times.now() - 2 * HOUR)
    moving = sent.deliveries.get(account=ward.chat)
    sent.deliveries.create(
        account=ward.chat,
        channel="sandbox",
        recipient_kind="group",
        recipient_ref=make.some_id(),
        state="sent",
        settled_at=times.now(),
    )
    assert as_worker() == 1
    moving.refresh_from_db()
    assert moving.state == "queued"
    assert sent.deliveries.get(account=ward.mailbox).code == "no_account"


def test_an_account_is_removed_and_its_recall_goes_by_another(ward):
    sent, bulk = ward.recall(), ward.send(ward.audience())
    others = ward.others()
    for each in (ward.chat, ward.mailbox):
        assert accounts.remove_account(each.pk).unsent == 1
    assert (accounts_of(sent), ends(sent)) == (others, {QUEUED})
    assert set(bulk.deliveries.values_list("state", flat=True)) == {"cancelled"}


def test_the_desk_reads_which_groups_no_account_reached(ward, desk_client):
    set_all(**OFF)
    sent = ward.recall()
    sign_in(desk_client, ward.officer)
    page = desk_client.get(f"/dispatches/{sent.pk}/")
    text = " ".join(page.content.decode().split())
    assert f"gửi được tới 1 nhóm này: {ward.group.name}. Nhóm nào có đầu mối" in text
    assert str(ward.person.pk) not in text
