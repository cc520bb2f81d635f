"""A chat with one of our accounts as a pager: the officer sends a code from their own phone.

The desk shows the code to whoever gave their own six digits, the edge notes which chat it came
from, and the worker makes the pager. The address is sealed at the edge and opened by the sender
alone.
"""

import datetime
import re
import uuid

from django.db import connection

from keng.accounts.models import Officer
from keng.accounts.signing_in import chain_of_officer
from keng.acts.act import act
from keng.acts.work import permit_anywhere, work
from keng.audit.actions import record
from keng.delivery.models import ChatPagerCode, PagerWay
from keng.duty import acts
from keng.kit import times
from keng.kit.codes import random_code
from keng.kit.secrets import keyed_hash

CODE_LASTS = datetime.timedelta(minutes=15)
CODE_WORD = "MAY"
_LENGTH = 8
# Eight letters and digits with or without a hyphen in the middle, and nothing else in the message.
_WRITTEN = re.compile(r"\s{0,9}may[ -]{0,3}([0-9a-z]{4})[ -]{0,3}([0-9a-z]{4})\s{0,9}")
_AT_ONCE = 20


def written_code(text: str) -> str:
    """The code in a message that holds nothing else; empty where it is something else."""
    found = _WRITTEN.fullmatch(text[:80].lower())
    return (found.group(1) + found.group(2)).upper() if found else ""


def code_hash(code: str) -> bytes:
    return keyed_hash("chat pager code", code)


def address_hash_of(chat_hash: bytes) -> bytes:
    """By it the same chat is an officer's pager once."""
    return keyed_hash("pager", chat_hash)


@act(acts.ASK_CHAT_CODE)
def ask_chat_code(*, by: Officer) -> str:
    """A code to send within CODE_LASTS, as the officer writes it; any earlier one is over."""
    permit_anywhere()
    code = random_code(_LENGTH)
    ChatPagerCode.objects.filter(officer=by, sent_at__isnull=True).delete()
    ChatPagerCode.objects.create(
        officer=by, code_hash=code_hash(code), expires_at=times.now() + CODE_LASTS
    )
    record("pager.code_asked", by=by, on=by, chain=chain_of_officer(by))
    return f"{CODE_WORD}-{code[:4]}-{code[4:]}"


def make_chat_pagers() -> int:
    """Make the pagers whose codes were sent, and forget codes that are over; how many."""
    over = ChatPagerCode.objects.filter(expires_at__lte=times.now(), sent_at__isnull=True)
    over.delete()
    sent = ChatPagerCode.objects.filter(sent_at__isnull=False).order_by("id")
    return sum(map(_make_pager, sent.values_list("pk", flat=True)[:_AT_ONCE]))


@work()
def _make_pager(pk: uuid.UUID) -> int:
    """The pager in place of the code; nothing where another worker was quicker."""
    code = ChatPagerCode.objects.select_related("account").filter(pk=pk).first()
    if code is None or not ChatPagerCode.objects.filter(pk=pk).delete()[0]:
        return 0
    officer = Officer.objects.only("id", "is_active").get(pk=code.officer_id)
    if code.account is None or code.chat_hash is None or not officer.is_active:
        return 1
    way, is_new = PagerWay.objects.get_or_create(
        officer=officer,
        address_hash=address_hash_of(bytes(code.chat_hash)),
        defaults={
            "kind": PagerWay.Kind.CHAT,
            "account": code.account,
            "chat_hash": code.chat_hash,
            "address_sealed": code.address_sealed,
            "hint": code.account.name[:80],
        },
    )
    if not is_new and way.gone_at:
        # They have written to us again. Whether it is switched on is the officer's to say.
        PagerWay.objects.filter(pk=way.pk).update(gone_at=None)
    record(
        "pager.chat_added",
        by="worker",
        on=officer,
        chain=chain_of_officer(officer),
        detail={"kind": PagerWay.Kind.CHAT},
    )
    with connection.cursor() as cursor:
        # The edge reads anew which chats are pagers (keng.edge.accounts).
        cursor.execute("SELECT pg_notify('keng_accounts', '')")
    return 1
