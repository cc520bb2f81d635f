"""An officer's own pagers: kept, switched, and tried. Nobody keeps another officer's."""

import datetime
import uuid
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy

from keng.accounts.models import Officer, Shift
from keng.accounts.signing_in import chain_of_officer
from keng.acts.act import act
from keng.acts.errors import Incomplete, NotAllowed
from keng.acts.locks import lock
from keng.acts.work import permit_anywhere
from keng.audit.actions import record
from keng.channels.web_push import PushSubscription
from keng.delivery.models import PagerTest, PagerWay
from keng.duty import acts, page_officers, pager_tests
from keng.kit import times
from keng.kit.secrets import keyed_hash
from keng.vault import seal
from keng.vault.hybrid import SealedKind

PHONE_KINDS = (PagerWay.Kind.SMS, PagerWay.Kind.VOICE)
# Before a shift one tries the pager for it.
_EARLY = datetime.timedelta(hours=1)
_Row = TypeVar("_Row", bound=Model)


class NoPager(Incomplete):
    """There is nothing to call, or no account that could carry a call."""

    sentence = gettext_lazy("There is no pager to test: add one, or switch one on.")


class NoPagerAccount(NoPager):
    """A pager is on, but the operator has set up nothing that carries a call to it."""

    sentence = gettext_lazy(
        "It is kept, but it cannot be called yet: the operator has set up nothing that carries a "
        "call to it. They do it with: keng channel add."
    )


def kinds_that_ring(officer: Officer) -> set[str]:
    """The kinds of pagers that would ring."""
    unit_id = officer.home_unit_id
    return page_officers.kinds_with_account(unit_id) if unit_id else set()


@act(acts.ADD_EMAIL_PAGER)
def add_email_pager(address: str, *, by: Officer) -> PagerWay:
    """Call this officer by letters to an address, which only the sender can read afterwards."""
    return _add_pager(PagerWay.Kind.EMAIL, address.lower(), _masked_address(address), by)


@act(acts.ADD_DEVICE_PAGER)
def add_device_pager(subscription: PushSubscription, hint: str, *, by: Officer) -> PagerWay:
    """Call this officer by a push to one of their browsers."""
    return _add_pager(PagerWay.Kind.PUSH, subscription.to_json(), hint[:80], by)


@act(acts.ADD_PHONE_PAGER)
def add_phone_pager(number: str, kind: str, *, by: Officer) -> PagerWay:
    """Call this officer's telephone, by a text message or by a call that speaks.

    `number` without its leading 0; `kind` is one of PHONE_KINDS.
    """
    hint = f"…{number[-3:]}"
    return _add_pager(kind, f"0{number}", hint, by, distinct=f"{kind} {number}")


def _masked_address(address: str) -> str:
    box, _at, domain = address.lower().rpartition("@")
    return f"{box[:1]}…@{domain}"[:80]


def _add_pager(kind: str, address: str, hint: str, by: Officer, *, distinct: str = "") -> PagerWay:
    """`distinct` is what tells it from the officer's others, where the address alone does not."""
    permit_anywhere()
    way, is_new = PagerWay.objects.update_or_create(
        officer=by,
        address_hash=keyed_hash("pager", distinct or address),
        defaults={
            "kind": kind,
            "address_sealed": seal.seal_for_sender(address, kind=SealedKind.ADDRESS),
            "hint": hint,
            "is_on": True,
            "gone_at": None,
        },
    )
    if is_new:
        record("pager.added", by=by, on=by, chain=chain_of_officer(by), detail={"kind": kind})
    return way


@act(acts.SWITCH_PAGER)
def switch_pager(way_id: uuid.UUID, *, is_on: bool, by: Officer) -> None:
    """Use a pager, or leave it in peace. Raises NotAllowed for one of somebody else."""
    way = _lock_own(PagerWay.objects.visible_to(by), way_id)
    if way.is_on != is_on:
        way.is_on = is_on
        way.save(update_fields=["is_on"])
        record("pager.switched", by=by, on=by, chain=chain_of_officer(by), detail={"on": is_on})


@act(acts.REMOVE_PAGER)
def remove_pager(way_id: uuid.UUID, *, by: Officer) -> None:
    """Forget a pager with its address. Raises NotAllowed for one of somebody else."""
    way = _lock_own(PagerWay.objects.visible_to(by), way_id, to_delete=True)
    kind = way.kind
    way.delete()
    record("pager.removed", by=by, on=by, chain=chain_of_officer(by), detail={"kind": kind})


@act(acts.TEST_PAGERS)
def test_pagers(*, by: Officer) -> PagerTest:
    """Call one's own pagers. It counts once the officer has answered from the call itself.

    Raises NoPager.
    """
    permit_anywhere()
    now = times.now()
    shift = (
        Shift.objects.at(now).filter(officer=by).first()
        or Shift.objects.at(now + _EARLY).filter(officer=by).first()
    )
    made = PagerTest(officer=by, shift=shift)
    count = pager_tests.call_for_test(made, by, by.home_unit_id) if by.home_unit_id else 0
    if not count:
        ways = PagerWay.objects.visible_to(by).filter(is_on=True, gone_at__isnull=True)
        is_on = set(ways.values_list("kind", flat=True))
        raise NoPagerAccount if is_on - kinds_that_ring(by) else NoPager
    record(
        "pager.tested",
        by=by,
        on=by,
        chain=chain_of_officer(by),
        detail={"pagers": count, "shift": str(shift.pk if shift else "")},
    )
    return made


@act(acts.CONFIRM_PAGER_TEST)
def confirm_pager_test(
    test_id: uuid.UUID, way_id: uuid.UUID | None = None, *, by: Officer
) -> PagerTest:
    """It rang: this pager, or all that were called. Raises NotAllowed for somebody else's test."""
    made = _lock_own(PagerTest.objects.visible_to(by), test_id)
    was_heard = made.confirmed_at is not None
    if pager_tests.hear_ways(made, way_id) or not was_heard:
        record(
            "pager.rang", by=by, on=by, chain=chain_of_officer(by), detail={"test": str(made.pk)}
        )
    return made


def _lock_own(own: QuerySet[_Row], pk: uuid.UUID, *, to_delete: bool = False) -> _Row:
    """The officer's own row, locked. Raises NotAllowed."""
    permit_anywhere()
    row = lock(own, to_delete=to_delete).filter(pk=pk).first()
    if row is None:
        raise NotAllowed
    return row
