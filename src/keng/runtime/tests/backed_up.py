"""A tip with name and picture in a data folder of its own, to be found again in a backup's.

`python -m keng.runtime.tests.backed_up write` begins the installation and prints its passphrase;
`… read`, given the passphrase on standard input, prints the tip as JSON. Both need the database.
"""

import hashlib
import json
import os
import sys
from typing import TYPE_CHECKING

from keng.runtime.environment import load_django
from keng.runtime.known_keys import claim_installation

if TYPE_CHECKING:
    from keng.places.models import Unit

TEXT = "Nhà trọ ngõ 5 có người lạ gõ cửa từng phòng."
NAME = "Lê Thị Sao Lưu"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"as it came " * 500
COPY = b"\xff\xd8\xff" + b"to view " * 500


def expected() -> dict[str, str]:
    """What `read` prints of a data folder in which nothing is missing."""
    return {"text": TEXT, "name": NAME, "picture": _digest(PICTURE), "copy": _digest(COPY)}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write() -> None:
    from keng.audit.heads import sign_heads
    from keng.intake.receive import IncomingTip, receive_tip
    from keng.tips.attachments import store_attachment
    from keng.vault import keys
    from tests import make

    claim_installation(is_demo=False)
    unit = make.unit()
    passphrase = keys.make_first_keys()
    new = IncomingTip(unit_id=unit.pk, text=TEXT, contact={"name": NAME}, dedupe_key=os.urandom(32))
    store_attachment(receive_tip(new), unit.pk, PICTURE, plain_copy=COPY)
    _leave_a_letter_waiting(unit)
    sign_heads()
    print(passphrase)


def _leave_a_letter_waiting(unit: "Unit") -> None:
    """As the sender finds it; it may have gone out a moment after the backup."""
    from keng.delivery.models import Delivery, Dispatch
    from keng.kit.ids import new_id

    dispatch = Dispatch.objects.create(kind="notice", is_urgent=False, unit=unit)
    Delivery.objects.create(
        dispatch=dispatch, channel="email", recipient_kind="subscription", recipient_ref=new_id()
    )


def _read(passphrase: str) -> None:
    from keng.files import store
    from keng.tips.models import Tip
    from keng.vault import keys, opening
    from keng.vault.models import SealedIdentity

    tip = Tip.objects.get()
    unit_key = keys.unlock_unit_keys(keys.operator_file(), passphrase)[tip.responsible_unit_id]
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="contact")
    file = tip.attachments.get()
    found = {
        "text": tip.text,
        "name": json.loads(opening.open_identity(sealed, unit_key))["name"],
        "picture": _digest(store.open_original(file.original_path, unit_key)),
        "copy": _digest(store.open_viewing_copy(file.viewing_path)),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    load_django("owner")
    if sys.argv[1] == "write":
        _write()
    else:
        _read(sys.stdin.readline().strip())
