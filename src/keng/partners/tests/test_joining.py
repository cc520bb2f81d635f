"""How often one network asks for the kit."""

import pytest

from keng.partners.models import KitRequest
from keng.partners.public.pages import join_limit
from keng.partners.tests.stage import Stage

pytestmark = pytest.mark.django_db


def test_one_network_asks_so_often_and_keeps_what_it_typed(public_client, no_time_passes):
    address = f"/places/{Stage().place.code}/join/"
    sent = {"name": "Cụ Mẫn", "about": "Già làng", "agrees": "on"}
    for number in range(join_limit.at_once):
        answer = public_client.post(address, sent | {"token": f"{number:022d}"})
        assert answer.status_code == 200
    late = public_client.post(address, sent | {"token": "t" * 22})
    assert (late.status_code, int(late.headers["Retry-After"]) > 0) == (429, True)
    page = late.content.decode()
    assert "Già làng" in page
    assert "Nhiều đề nghị đã đến từ mạng của bạn" in page
    assert KitRequest.objects.count() == join_limit.at_once
    elsewhere = public_client.post(address, sent | {"token": "t" * 22}, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 200
