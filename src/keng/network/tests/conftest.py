"""What the tests of groups and leads share; a file that needs another desk makes its own."""

import pytest

from keng.conftest import sign_in
from keng.network.tests.ward_desk import WardDesk


@pytest.fixture
def desk():
    return WardDesk()


@pytest.fixture
def client(desk_client, desk):
    return sign_in(desk_client, desk.officer)
