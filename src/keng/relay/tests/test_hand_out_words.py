"""What a lead is sent looks like what warnings warn of: it says how to tell that it is real."""

import pytest

from keng.delivery.tests.test_dispatch import Ward
from keng.relay.tasks_of_leads import leads_to_tell
from tests import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("phone", ["0204 000 0113", ""])
def test_the_message_says_who_asks_and_how_to_tell_before_the_link(settings, phone):
    settings.PUBLIC_URL = "https://bao.example.org"
    ward = Ward()
    ward.unit.desk_phone = phone
    ward.unit.save(update_fields=["desk_phone"])
    group = make.group(unit=ward.unit, place=ward.hamlet)
    lead = make.lead(unit=ward.unit, groups=(group,), name="Bà Mão")
    ward.send(ward.audience())
    before, _, link = leads_to_tell(ward.officer, link_of=lead.pk)[0].message.partition("https://")
    assert link.startswith("bao.example.org/")
    assert before.startswith(f"{ward.unit.name} nhờ Bà Mão chuyển: ")
    assert "địa chỉ bắt đầu bằng bao.example.org" in before
    assert (f"gọi trực ban {phone} hỏi trước" if phone else "hỏi cán bộ bạn quen") in before


def test_each_desk_asks_for_its_own_warning_alone(settings):
    settings.PUBLIC_URL = "https://bao.example.org"
    ward = Ward.of_a_landlord()
    ward.unit.desk_phone = "0204 000 0113"
    ward.unit.save(update_fields=["desk_phone"])
    by_province = ward.audience(units=(ward.unit.pk, ward.province.pk))
    ward.send(by_province, unit=ward.province)
    message = leads_to_tell(ward.officer)[0].message
    assert message.startswith(f"{ward.province.name} nhờ Bà Mão chuyển: Cảnh báo.")
    assert ward.unit.name not in message
    ward.send(ward.audience())
    (told,) = leads_to_tell(ward.officer)
    for unit in (ward.province, ward.unit):
        assert told.message.count(f"{unit.name} nhờ Bà Mão chuyển: Cảnh báo.") == 1
    # In doubt the lead rings the desk that they answer to.
    assert "gọi trực ban 0204 000 0113 hỏi trước" in told.message
