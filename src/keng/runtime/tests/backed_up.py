"""An installation with a desk, its people and a tip, to be found again in a backup's.

`python -m keng.runtime.tests.backed_up write` begins it and prints its passphrase; `… change` does
what a restore has to do again; `… read`, given the passphrase on standard input, prints as JSON
what is there. All need the database.
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
TAKEN_BACK = "Tin này sẽ được người gửi rút lại sau bản sao."
NAME = "Lê Thị Sao Lưu"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"as it came " * 500
COPY = b"\xff\xd8\xff" + b"to view " * 500
ACCOUNT = "tinh"
SECRETS = {
    "app_id": "100200300",
    "oa_id": "400500600",
    "app_secret": "s",
    "oa_secret_key": "key-of-a-test",
}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


EXPECTED = {
    "text": TEXT,
    "name": NAME,
    "picture": _digest(PICTURE),
    "copy": _digest(COPY),
    "withdrawn": ["withdrawn", "", 0],
    "subscriptions": 0,
    "officers": {"hai": False, "lan": True},
    "posts": 0,
    "signs_in": False,
    "is_link_another": True,
}
"""What `read` prints of a data folder in which nothing is missing, and nothing is back."""


def _write() -> None:
    from keng.audit.heads import sign_heads
    from keng.delivery.credentials import keep_secrets
    from keng.intake.receive import IncomingTip, receive_tip
    from keng.tips.attachments import store_attachment
    from keng.vault import keys
    from tests import make

    claim_installation(is_demo=False)
    unit = make.province_unit()
    make.clock_rules()
    passphrase = keys.make_first_keys()
    account = make.channel_account(unit=unit, channel="zalo_oa", slug=ACCOUNT)
    keep_secrets(account, SECRETS)
    account.save()
    for text in (TEXT, TAKEN_BACK):
        new = IncomingTip(
            unit_id=unit.pk, text=text, contact={"name": NAME}, dedupe_key=os.urandom(32)
        )
        store_attachment(receive_tip(new), unit.pk, PICTURE, plain_copy=COPY)
    for name in ("hai", "lan"):
        make.officer(unit=unit, name=name, password="a long password of a test")
    make.lead(unit=unit)
    make.subscription(places=())
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


def _change() -> None:
    from keng.accounts.after_restore import close_account_again, end_post_again
    from keng.accounts.models import Officer, Post
    from keng.acts.work import work
    from keng.audit.actions import record
    from keng.audit.heads import sign_heads
    from keng.dialogue.withdrawal import withdraw_tip
    from keng.network.actions import after_restore as network
    from keng.network.models import Lead, Subscription
    from keng.tips.models import Tip

    withdraw_tip(Tip.objects.get(text=TAKEN_BACK).pk)
    network.stop_subscription_again(Subscription.objects.get().pk)
    close_account_again(Officer.objects.get(name="hai").pk)
    lan = Officer.objects.get(name="lan")
    end_post_again(Post.objects.current().get(officer=lan).pk)
    network.end_lead_link_again(Lead.objects.get().pk)

    @work()
    def renew() -> None:
        record("officer.credentials_renewed", by="operator", on=lan, chain="accounts")

    renew()
    sign_heads()


def _read(passphrase: str) -> None:
    from keng.accounts.models import Officer, Post
    from keng.files import store
    from keng.network.models import Lead, Subscription
    from keng.tips.models import Tip
    from keng.vault import keys, opening
    from keng.vault.models import SealedIdentity

    tip = Tip.objects.get(text=TEXT)
    unit_key = keys.unlock_unit_keys(keys.operator_file(), passphrase)[tip.responsible_unit_id]
    sealed = SealedIdentity.objects.get(tip_ref=tip.pk, kind="contact")
    file = tip.attachments.get()
    withdrawn = Tip.objects.exclude(withdrawn_at=None).first()
    found = {
        "text": tip.text,
        "name": json.loads(opening.open_identity(sealed, unit_key))["name"],
        "picture": _digest(store.open_original(file.original_path, unit_key)),
        "copy": _digest(store.open_viewing_copy(file.viewing_path)),
        "withdrawn": withdrawn
        and [
            withdrawn.outcome,
            withdrawn.text,
            SealedIdentity.objects.filter(tip_ref=withdrawn.pk).count(),
        ],
        "subscriptions": Subscription.objects.filter(stopped_at=None).count(),
        "officers": dict(Officer.objects.values_list("name", "is_active")),
        "posts": Post.objects.current().count(),
        "signs_in": Officer.objects.get(name="lan").has_usable_password(),
        "is_link_another": Lead.objects.get().link_version > 1,
    }
    print(json.dumps(found))


if __name__ == "__main__":
    load_django("owner")
    if sys.argv[1] == "write":
        _write()
    elif sys.argv[1] == "change":
        _change()
    else:
        _read(sys.stdin.readline().strip())
