"""Whatever an address says where a number belongs, the page is shown or is not there."""

import pytest

from keng.accounts.models import Post
from keng.conftest import sign_in
from tests import make

pytestmark = pytest.mark.django_db
NO_NUMBERS = ["", "x", "-1", "0", "1.5", "1_0", "²", "٣", "9" * 25, "9" * 5000, "%00", "1e9"]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_public_pages(public_client, number):
    for address in ("/warnings?page=", "/claims?page=", "/claims/ask?about="):
        assert public_client.get(f"{address}{number}").status_code in (200, 400), address


@pytest.mark.parametrize("number", ["0", "9" * 12, "9" * 25, "9" * 300])
def test_public_pages_of_a_number(public_client, number):
    make.province_unit()
    for address in (f"/claims/{number}", f"/results/2026-01/{number}", f"/{number}"):
        assert public_client.get(address).status_code == 404, address


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_pages_of_the_desk(desk_client, number):
    officer = make.officer(unit=make.province_unit(), role=Post.Role.ADMINISTRATOR)
    sign_in(desk_client, officer)
    assert desk_client.get(f"/officers/?page={number}").status_code in (200, 400)
