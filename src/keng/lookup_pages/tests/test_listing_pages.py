"""The desk's list of the public look-up, however long it is."""

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.lookup.tests.make_listing import listing
from tests import make

pytestmark = pytest.mark.django_db


def test_every_entry_is_reached_by_its_own_list(desk_client):
    unit = make.unit(parent=make.province_unit())
    by, checked = make.officer(unit=unit), make.officer(unit=unit, role="commander")
    for n in range(120):
        given = {"unit": unit, "made_by": by} | ({"released_by": checked} if n else {})
        listing(f"+8491200{n:04}", status="listed" if n else "proposed", **given)
    sign_in(desk_client, by)
    address, found = reverse("listings"), set()
    for page in range(3):
        shown = desk_client.get(address, {"listed": page, "ended": 7})
        rows, part = shown.context["in_force"]
        found |= {row.pk for row in rows}
        assert (len(shown.context["proposed"][0]), part.total) == (1, 119)
    assert len(found) == 119
    assert "101–119" in shown.content.decode()


def test_an_entry_is_found_by_its_number_however_it_is_typed(desk_client):
    unit = make.unit(parent=make.province_unit())
    sign_in(desk_client, make.officer(unit=unit))
    phone = listing("+84912000417", unit=unit)
    site = listing("lua-dao.example", type="url", unit=unit, status="ended")
    for typed, (in_force, over) in {
        "0912 000 417": ([phone], []),
        "+84912000417": ([phone], []),
        "https://lua-dao.example/nhan": ([], [site]),
        "LUA-DAO": ([], [site]),
        "0912 000 418": ([], []),
    }.items():
        page = desk_client.get(reverse("listings"), {"q": typed})
        found = page.context["in_force"][0], page.context["over"][0]
        assert found == (in_force, over), typed
        # What is filtered is no sum of what the public finds.
        assert "Người dân đang thấy 1 mục của đơn vị bạn" in page.content.decode(), typed
    assert "Không có dòng nào khớp" in page.content.decode()
