"""A commune below its province, three officers with keys, a tip with a sealed contact."""

from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from keng.kit import times
from keng.openings.tests.opener_double import UNIT_KEY, OpenerDouble, point_of
from keng.vault import opener_client
from keng.vault.models import HolderKey, KeyShare, SealedIdentity, UnitKey
from tests import make


@pytest.fixture
def desk() -> SimpleNamespace:
    """Who is there, and what is sealed. Nobody made another one's account."""
    province = make.province_unit()
    commune = make.unit(parent=province)
    people = {
        "lan": make.officer(unit=commune),
        "bao": make.officer(unit=commune),
        "chief": make.officer(unit=commune, role="commander"),
        "quan": make.officer(unit=province),
    }
    tip = make.tip(unit=commune, text="Có người đập cửa", urgency="P0")
    UnitKey.objects.create(
        pk=UNIT_KEY, unit=commune, public_key=bytes(1216), epoch=times.local_date(times.now())
    )
    return SimpleNamespace(
        commune=commune,
        province=province,
        tip=tip,
        contact=sealed_contact(tip),
        keys={},
        **people,
    )


def sealed_contact(tip: Any) -> SealedIdentity:
    return SealedIdentity.objects.create(
        tip_ref=tip.pk,
        unit=tip.responsible_unit,
        kind=SealedIdentity.Kind.CONTACT,
        holds=["phone"],
        ciphertext=b"\x04" + UNIT_KEY.bytes + b"\x03",
    )


def hold(desk: SimpleNamespace, *officers: Any) -> None:
    """Each of them has a key whose private half the test keeps, and a share of the desk's key."""
    for officer in officers:
        key = hold_too_late(desk, officer)
        KeyShare.objects.create(unit_key_id=UNIT_KEY, holder_key=key, sealed=b"")


def hold_too_late(desk: SimpleNamespace, officer: Any) -> HolderKey:
    """The same for somebody who came when the desk's key was split already."""
    private = ec.generate_private_key(ec.SECP256R1())
    key = HolderKey.objects.create(officer_ref=officer.pk, public_key=point_of(private))
    desk.keys[officer.pk] = (key, private)
    return key


@pytest.fixture
def opener(monkeypatch: pytest.MonkeyPatch) -> OpenerDouble:
    double = OpenerDouble('{"name": "Người Báo", "phone": "0912000111"}'.encode())
    for name in ("begin", "share_for", "give_share", "open_record"):
        monkeypatch.setattr(opener_client, name, getattr(double, name))
    return double
