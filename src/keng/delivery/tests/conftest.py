"""Accounts to send through, and the key that only a sender has."""

import pytest

from keng.channels.zalo_oa.fake import running_zalo
from keng.channels.zalo_oa.fake.state import FakeGroup
from keng.delivery.credentials import keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.kit import times
from keng.vault import keys
from tests import make

TOKENS = ("access_token", "refresh_token")


@pytest.fixture
def account(transactional_db):
    """The simulated phones, without a rate."""
    made = ChannelAccount(
        channel="sandbox", slug="phones", name="Phones", unit=make.unit(), rate_per_minute=0
    )
    keep_secrets(made, {"secret": "only for this test"})
    made.save()
    return made


@pytest.fixture
def as_sender(transactional_db, monkeypatch):
    """This process holds the sender's key, as only the sender does."""
    from keng.vault import opening

    keys.make_sender_key()
    opening._sender_private_key.cache_clear()
    monkeypatch.setenv("KENG_SENDER_KEY_FILE", str(keys.sender_file()))
    yield
    opening._sender_private_key.cache_clear()


@pytest.fixture
def fake():
    """A Zalo account that knows a few groups."""
    with running_zalo() as server:
        server.state.groups = {f"g{n}": FakeGroup(f"g{n}", f"Tổ {n}") for n in range(400)}
        yield server


@pytest.fixture
def zalo(as_sender, fake):
    """The account at it, without a rate."""
    return zalo_account(fake)


def zalo_account(fake, **fields):
    own = fake.credentials()
    values = {"rate_per_minute": 0, "slug": "oa", "name": "OA", "channel": "zalo_oa"}
    # Asked today: no question about it mixes with what a test counts.
    values["package_asked_at"] = values["groups_asked_at"] = times.now()
    made = ChannelAccount(unit=make.unit(), base_url=fake.base, **values | fields)
    keep_secrets(made, {k: v for k, v in own.items() if k not in (*TOKENS, "api_base")})
    keep_tokens(made, {k: own[k] for k in TOKENS})
    made.save()
    return made
