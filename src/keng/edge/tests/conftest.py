"""A desk with keys and a simulated account, as the edge finds them; for transactional tests."""

import pytest

from keng.delivery.credentials import keep_secrets
from keng.delivery.models import Delivery
from keng.vault import keys, seal
from tests import make

SECRET = "a-secret-of-the-test"


@pytest.fixture
def account():
    make.clock_rules()
    unit = make.unit("Công an phường Thử", parent=make.province_unit("Công an tỉnh Thử"))
    keys.operator_file().unlink(missing_ok=True)
    keys.make_sender_key()
    keys.make_unit_keys("words-for-a-test")
    made = make.channel_account(unit=unit, slug="phones")
    keep_secrets(made, {"secret": SECRET})
    made.save()
    yield made
    seal.forget_public_keys()


def settled(state: str, provider_id: str) -> None:
    """The one answer has left, as the sender writes it down."""
    Delivery.objects.update(
        state=state, provider_id=provider_id, address_sealed=None, text_sealed=None
    )
