"""What telling leads costs is said before a warning, a correction or a recall is sent."""

import pytest

from keng.delivery.audience import SameRecipients
from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Delivery, Dispatch
from keng.delivery.tests.test_dispatch import Ward
from keng.network.actions import lead_ways
from keng.network.actions.lead_ways import TypedAddress
from keng.network.actions.leads import set_lead_stopped
from keng.network.models import LeadWay
from keng.relay import telling_leads
from keng.relay.cost_of_telling import cost_of_telling_leads
from keng.runtime.tests.rights import as_process
from keng.vault import keys
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def ward():
    """Bà Mão, the principal above her and an English-speaking lead are told by text message."""
    keys.make_sender_key()
    made = Ward.of_a_landlord()
    made.account = make.channel_account(unit=made.unit, channel="sms")
    keep_secrets(made.account, {"profile": "esms", "price_per_part": "750"})
    made.account.save()
    made.above = make.lead(unit=made.unit, name="Hiệu trưởng")
    made.lead.above = made.above
    made.lead.save()
    made.english = make.lead(unit=made.unit, groups=(made.group,), language="en")
    for number, lead in enumerate((made.lead, made.above, made.english)):
        lead_ways.choose_lead_way(lead, TypedAddress("sms", f"090123456{number}"))
    telling_leads.tell_leads()
    for way in LeadWay.objects.all():
        lead_ways.confirm_lead_way(way)
    return made


def cost(ward, audience=None, kind=Dispatch.Kind.WARNING):
    with as_process("desk"):
        return cost_of_telling_leads(audience or ward.audience(), unit=ward.unit, kind=kind)


def told_about(dispatch):
    return Delivery.objects.filter(recipient_kind="lead", dispatch__source_ref=dispatch.pk).count()


def test_as_many_as_are_told_are_counted_and_priced(ward):
    found = cost(ward)
    dispatch = ward.send(ward.audience())
    telling_leads.tell_leads()
    assert found.messages == told_about(dispatch) == 3
    assert (found.dong, found.too_long) == (found.parts * 750, 0)
    assert found.parts >= 3


def test_a_recall_costs_what_telling_the_same_leads_costs_again(ward):
    dispatch = ward.send(ward.audience())
    # Whoever left the group since is asked to take it back, too.
    ward.lead.groups.clear()
    same = SameRecipients((dispatch.pk,))
    assert cost(ward, same, Dispatch.Kind.RECALL).messages == 3


def test_who_takes_part_no_more_or_is_told_otherwise_costs_nothing(ward):
    set_lead_stopped(ward.english.pk, stopped=True, by=ward.officer)
    LeadWay.objects.filter(pk=ward.above.pk).update(channel="email")
    assert cost(ward).messages == 1
    LeadWay.objects.filter(pk=ward.lead.pk).update(confirmed_at=None)
    assert cost(ward) is None


def test_without_a_price_there_is_a_number_and_no_sum(ward):
    keep_secrets(ward.account, {"profile": "esms"})
    ward.account.save()
    found = cost(ward)
    assert (found.messages, found.dong) == (3, None)
