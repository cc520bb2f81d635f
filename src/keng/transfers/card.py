"""The card of an installation: under which keys others know it, as its operator hands it on.

A line of JSON. What makes it true is that two people compare its fingerprint by telephone: whoever
swaps the card on its way swaps the keys.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from keng.audit.heads import verify_key
from keng.places import serving
from keng.places.models import Unit
from keng.vault.transfer_seals import is_transfer_public_key, transfer_public_key

CARD_FORM = "keng card 1"
MOST_CARD_BYTES = 8192
_SIGNING_SIZE = 32
_LONGEST = {"name": 160, "province": 4, "phone": 40}


class UnreadableCard(ValueError):
    """No card, or one of another form."""


@dataclass(frozen=True, slots=True)
class InstallationCard:
    """Who it is, and its public keys."""

    name: str
    province: str
    phone: str
    signing_key: bytes
    sealing_key: bytes

    def fingerprint(self) -> str:
        """What two operators read to each other: eight groups of four digits."""
        said = json.dumps([CARD_FORM, self.name, self.province, self.phone]).encode()
        digest = hashlib.sha256(said + self.signing_key + self.sealing_key).digest()
        digits = f"{int.from_bytes(digest) % 10**32:032d}"
        return " ".join(digits[n : n + 4] for n in range(0, 32, 4))

    def as_line(self) -> str:
        """As it is handed on."""
        return json.dumps(
            {
                "form": CARD_FORM,
                "name": self.name,
                "province": self.province,
                "phone": self.phone,
                "signing_key": self.signing_key.hex(),
                "sealing_key": self.sealing_key.hex(),
            },
            ensure_ascii=False,
        )


def own_card() -> InstallationCard:
    """That of this installation: the desk of its province. Raises Unit.DoesNotExist."""
    unit = serving.first_province_unit()
    if unit.kind != Unit.Kind.PROVINCE:
        raise Unit.DoesNotExist
    return InstallationCard(
        name=unit.name,
        province=unit.province_code,
        phone=unit.desk_phone,
        signing_key=bytes(verify_key()),
        sealing_key=transfer_public_key(),
    )


def read_card(written: bytes) -> InstallationCard:
    """From what another operator handed on. Raises UnreadableCard."""
    if len(written) > MOST_CARD_BYTES:
        raise UnreadableCard("it is longer than a card")
    try:
        said = json.loads(written)
    except (ValueError, RecursionError):
        raise UnreadableCard("it is no JSON") from None
    known = {"form", "name", "province", "phone", "signing_key", "sealing_key"}
    if not isinstance(said, dict) or not all(isinstance(one, str) for one in said.values()):
        raise UnreadableCard("it is no card")
    if said.get("form") != CARD_FORM or set(said) != known:
        raise UnreadableCard("its form is not known here: one side needs a newer version")
    return _checked(said)


def _checked(said: dict[str, Any]) -> InstallationCard:
    for name, longest in _LONGEST.items():
        if len(said[name]) > longest or not said[name].isprintable():
            raise UnreadableCard(f"its {name} does not fit")
    if not said["name"].strip() or not said["province"].strip():
        raise UnreadableCard("it does not say whose it is")
    try:
        signing, sealing = bytes.fromhex(said["signing_key"]), bytes.fromhex(said["sealing_key"])
    except ValueError:
        raise UnreadableCard("its keys are no keys") from None
    if len(signing) != _SIGNING_SIZE or not is_transfer_public_key(sealing):
        raise UnreadableCard("its keys are no keys")
    return InstallationCard(said["name"], said["province"], said["phone"], signing, sealing)
