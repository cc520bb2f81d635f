"""Whose page the tour and the simulated phones lead to."""

import pytest

from keng.kit import times
from keng.network.secret_links import lead_token
from keng_dev.demo import phones, tour
from tests import make

pytestmark = pytest.mark.django_db


def test_the_page_of_a_lead_who_takes_part_comes_before_that_of_one_who_stopped():
    unit = make.unit()
    group = make.group(unit=unit, place=make.place(), name="Nhà trọ 2")
    make.lead(unit=unit, groups=(group,), stopped_at=times.now())
    taking_part = make.lead(unit=unit, groups=(group,))
    assert tour._tasks_url("Nhà trọ 2").endswith(lead_token(taking_part))
    assert phones._lead(group) == taking_part
