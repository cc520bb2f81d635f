"""The form of the rota begins with the shift that most likely comes next."""

import datetime

import pytest
from django.urls import reverse

from keng.conftest import sign_in
from keng.duty import rota
from keng.kit import times
from tests import make

pytestmark = pytest.mark.django_db


def test_the_next_shift_follows_the_last_one_and_without_any_it_is_todays_night(desk_client):
    unit = make.unit()
    leader = make.officer(unit=unit, role="commander")
    sign_in(desk_client, leader)
    address = reverse("rota", "keng.site.desk_urls")
    today = times.local_date(times.now())
    first = desk_client.get(address).context["form"].initial
    assert (first["day"], first["begins"].hour, first["ends"].hour) == (today, 19, 7)
    starts = times.start_of(today + datetime.timedelta(days=1)) + datetime.timedelta(hours=7)
    rota.add_shifts(
        unit.pk,
        leader.pk,
        starts_at=starts,
        ends_at=starts + datetime.timedelta(hours=12),
        by=leader,
    )
    page = desk_client.get(address)
    tomorrow = today + datetime.timedelta(days=1)
    following = page.context["form"].initial
    assert (following["day"], following["begins"].hour, following["ends"].hour) == (tomorrow, 19, 7)
    assert f'value="{tomorrow:%Y-%m-%d}"' in page.content.decode()
