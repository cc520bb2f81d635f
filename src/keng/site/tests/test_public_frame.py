"""What stands around every public page: links only to what works here."""

import pytest

from keng.site import public_frame
from tests import make

pytestmark = pytest.mark.django_db

SUBSCRIBE = 'href="/subscribe"'


@pytest.mark.parametrize("page", ["home", "place", "warnings"])
def test_nobody_is_led_to_subscribing_where_nothing_can_be_sent(public_client, page):
    province = make.place("Bắc Ninh", kind="province", full_name="Tỉnh Bắc Ninh", code="24")
    place = make.place("Nếnh", parent=province, full_name="Phường Nếnh")
    unit = make.province_unit("Công an tỉnh Bắc Ninh", serves=province)
    address = {"home": "/", "place": f"/places/{place.code}/", "warnings": "/warnings"}[page]
    assert SUBSCRIBE not in public_client.get(address).content.decode()
    make.channel_account(unit=unit, channel="email")
    public_frame.forget_names()
    assert public_client.get(address).content.decode().count(SUBSCRIBE) == (
        1 if page == "home" else 2
    )
