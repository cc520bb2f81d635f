"""A signed-in officer of a ward, with whom most tests of the list and of tips begin."""

import pytest

from keng.conftest import sign_in
from tests import make


@pytest.fixture
def unit():
    return make.unit(parent=make.province_unit())


@pytest.fixture
def officer(unit):
    return make.officer(unit=unit)


@pytest.fixture
def desk(desk_client, officer):
    return sign_in(desk_client, officer)
