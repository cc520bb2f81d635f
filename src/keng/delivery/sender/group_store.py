"""What the sender asks and says in the database about group chats of accounts.

Called in a thread of the ORM: all of it is rare.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError
from django.db.models import Exists, OuterRef, Q

from keng.acts.locks import lock
from keng.acts.work import savepoint, work
from keng.audit.actions import record
from keng.channels.group_chats import ProviderGroup
from keng.delivery.actions.addresses import end_address
from keng.delivery.models import AccountGroup, ChannelAccount, Delivery, GroupRequest
from keng.delivery.sender.ledger import GroupToMake
from keng.kit import times
from keng.network.models import Group

LIST_EVERY = timedelta(hours=24)
# However many ask, and however many events come in.
_LIST_AGAIN_AFTER = timedelta(seconds=60)
# As a rule longer than all calls of one try take together. Where they take longer, at an account
# that may ask once a minute, two senders share a slot, and it still takes one group.
TRY_LASTS = timedelta(minutes=5)
GIVES_UP_AFTER = timedelta(hours=24)
_Kind, _State = GroupRequest.Kind, GroupRequest.State


@work()
def begin_listing(account_id: uuid.UUID) -> datetime | None:
    """Our turn to list: since when, or None. Of two senders one has it."""
    now = times.now()
    is_asked = GroupRequest.objects.filter(
        account=OuterRef("pk"), kind=_Kind.LIST, ended_at__isnull=True
    )
    last = Q(groups_asked_at__isnull=True) | Q(groups_asked_at__lt=now - LIST_EVERY)
    waits = Q(groups_asked_at__lt=now - _LIST_AGAIN_AFTER) & Q(Exists(is_asked))
    due = ChannelAccount.objects.filter(last | waits, pk=account_id, is_active=True)
    return now if due.update(groups_asked_at=now) else None


@work()
def keep_groups(account_id: uuid.UUID, groups: Sequence[ProviderGroup]) -> list[str]:
    """Write down what was listed; the addresses that are kept and were not among it."""
    now = times.now()
    rows = [
        AccountGroup(
            account_id=account_id,
            address=group.address,
            name=group.name,
            is_enabled=group.is_enabled,
            member_count=group.member_count,
            link=group.link,
            seen_at=now,
        )
        for group in {group.address: group for group in groups}.values()
    ]
    AccountGroup.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["account", "address"],
        update_fields=["name", "is_enabled", "member_count", "link", "seen_at", "gone_at"],
    )
    there = {group.address for group in groups}
    kept = AccountGroup.objects.filter(account=account_id, gone_at__isnull=True)
    return [
        address
        for address in kept.order_by("seen_at").values_list("address", flat=True)
        if address not in there
    ]


@work()
def end_group(account_id: uuid.UUID, address: str, code: str) -> None:
    """The provider says that the account has no such group: nothing is sent there any more.

    Where another account lists it, that one sends there, and it stays in use.
    """
    account = ChannelAccount.objects.get(pk=account_id)
    elsewhere = AccountGroup.objects.filter(
        account__channel=account.channel,
        account__is_active=True,
        address=address,
        gone_at__isnull=True,
    ).exclude(account=account)
    in_use = Group.objects.filter(channel=account.channel, channel_address=address, is_active=True)
    if not elsewhere.exists():
        for group_id in in_use.values_list("pk", flat=True):
            end_address(Delivery.RecipientKind.GROUP, group_id, code, by="sender")
    AccountGroup.objects.filter(account=account, address=address, gone_at__isnull=True).update(
        gone_at=times.now()
    )


@work()
def end_listing(account_id: uuid.UUID, begun_at: datetime, code: str) -> None:
    """Whoever asked before it began has the answer; with a code, that there is none."""
    now = times.now()
    if not code:
        ChannelAccount.objects.filter(pk=account_id).update(groups_listed_at=now)
    asked = GroupRequest.objects.filter(account=account_id, kind=_Kind.LIST, ended_at__isnull=True)
    asked.filter(asked_at__lte=begun_at).update(
        state=_State.REFUSED if code else _State.DONE, code=code, ended_at=now
    )


@work()
def expire_old_requests(account_id: uuid.UUID) -> None:
    """End those that were tried for a day; what waits for a stopped account was not tried yet."""
    now = times.now()
    old = GroupRequest.objects.filter(
        account=account_id,
        kind=_Kind.MAKE,
        ended_at__isnull=True,
        first_tried_at__lt=now - GIVES_UP_AFTER,
    )
    # One that was begun may have been made: the list of the account's groups shows it then.
    old.update(state=_State.REFUSED, code="gave_up", ended_at=now)


@work()
def group_to_make(account_id: uuid.UUID) -> GroupToMake | None:
    """The oldest that waits, for as long as a try lasts; None where none does."""
    now = times.now()
    free = Q(tried_at__isnull=True) | Q(tried_at__lt=now - TRY_LASTS)
    waiting = GroupRequest.objects.filter(
        free, account=account_id, kind=_Kind.MAKE, ended_at__isnull=True
    )
    request = waiting.order_by("pk").first()
    # Of two senders one has it.
    if request is None or not waiting.filter(pk=request.pk).update(tried_at=now):
        return None
    return GroupToMake(request.pk, request.name, request.description, request.size, request.slot)


class _SlotFilled(Exception):
    """Another request filled the slot after the provider listed it as free."""


@work()
def reserve_slot(request_id: uuid.UUID, slot: str, listed_at: datetime) -> bool:
    """Committed before the provider is asked to fill it; False where another request has it.

    Or has filled it since ``listed_at``, when the provider was asked which slots are free.
    """
    try:
        with savepoint():
            return _reserve(request_id, slot, listed_at)
    except (IntegrityError, _SlotFilled):
        return False


def _reserve(request_id: uuid.UUID, slot: str, listed_at: datetime) -> bool:
    waiting = GroupRequest.objects.filter(pk=request_id, ended_at__isnull=True)
    # One that has a slot fills that one, whatever a try that took too long would like.
    if not waiting.filter(slot="").update(state=_State.BEGUN, slot=slot):
        return False
    # Asked after the update: that one waits for a request which is just ending with this slot.
    account_id = waiting.values_list("account_id", flat=True).get()
    if GroupRequest.objects.filter(account=account_id, slot=slot, ended_at__gte=listed_at).exists():
        raise _SlotFilled
    return True


@work()
def reject_request(request_id: uuid.UUID, code: str) -> None:
    """The provider made none, and says why."""
    GroupRequest.objects.filter(pk=request_id, ended_at__isnull=True).update(
        state=_State.REFUSED, code=code[:40], ended_at=times.now()
    )


@work()
def keep_made_group(request_id: uuid.UUID, group: ProviderGroup) -> None:
    """It is there. Said twice, by two tries, it is the same group."""
    request = lock(GroupRequest.objects.all()).get(pk=request_id)
    if request.ended_at is not None:
        return
    keep_groups(request.account_id, [group])
    made = AccountGroup.objects.get(account=request.account_id, address=group.address)
    request.state, request.made, request.ended_at = _State.DONE, made, times.now()
    request.code = ""
    request.save(update_fields=["state", "made", "ended_at", "code"])
    account = ChannelAccount.objects.get(pk=request.account_id)
    record(
        "channel.group_made",
        by="sender",
        on=account,
        chain=f"channel:{account.pk}",
        detail={"request": str(request.pk)},
    )
