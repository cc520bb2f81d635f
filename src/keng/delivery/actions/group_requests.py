"""What officers ask of the group chats of an account: the sender, which has the tokens, does it."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from keng import channels
from keng.acts.act import act
from keng.acts.errors import NotAllowed, Refused
from keng.acts.locks import wait_for_turn
from keng.acts.work import permit_over, savepoint, work
from keng.audit.actions import record, unit_chain
from keng.channels.group_chats import comparable_group_name
from keng.channels.text import clean_text
from keng.delivery import acts
from keng.delivery.actions.accounts import REMOVED_PREFIX
from keng.delivery.models import AccountGroup, ChannelAccount, GroupRequest
from keng.kit import times
from keng.kit.advisory_locks import TurnLock

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keng.accounts.models import Officer

_MOST_WAITING = 20
# After their end: a season to see what came of them. Who asked stands in the audit chain.
REQUESTS_KEPT = timedelta(days=90)
_PORTION = 500


class AccountOff(Refused):
    """Nothing goes out by it, so nobody is asked."""

    sentence = _("This account is switched off")


class TooManyGroupsWait(Refused):
    """Each takes what is paid for; somebody should look at what came of them first."""

    sentence = _("Many groups of this account wait to be made already. Please look at them first.")


class GroupNameInUse(Refused):
    """A second tap must not buy a second group, and a name tells ours from others."""

    sentence = _("This account has a group of this name, or one is being made. Use another name.")


def accounts_with_groups() -> "QuerySet[ChannelAccount]":
    """Those of which a provider tells the group chats."""
    codes = channels.codes_where(lambda channel: channel.facts.groups is not None)
    return ChannelAccount.objects.filter(channel__in=codes).exclude(slug__startswith=REMOVED_PREFIX)


@act(acts.ASK_FOR_GROUPS)
def ask_for_groups(account_id: uuid.UUID, *, by: "Officer") -> None:
    """Have the groups listed now. Raises NotAllowed, AccountOff."""
    account = _account(account_id)
    GroupRequest.objects.create(account=account, kind=GroupRequest.Kind.LIST, asked_by=by)
    record("channel.groups_asked", by=by, on=account, chain=unit_chain(account.unit_id))


@act(acts.ASK_FOR_NEW_GROUP)
def ask_for_new_group(
    account_id: uuid.UUID, *, name: str, description: str, size: str, by: "Officer"
) -> GroupRequest:
    """Have a group made. Raises NotAllowed, AccountOff, TooManyGroupsWait, GroupNameInUse."""
    account = _account(account_id)
    group_api = channels.get_channel(account.channel).facts.groups
    if group_api is None or size not in group_api.sizes:
        raise NotAllowed
    # Several who ask at once are counted one after the other.
    wait_for_turn(TurnLock.NEW_GROUPS, account.pk)
    waiting = GroupRequest.objects.filter(
        account=account, kind=GroupRequest.Kind.MAKE, ended_at__isnull=True
    )
    if waiting.count() >= _MOST_WAITING:
        raise TooManyGroupsWait
    name = clean_text(name)
    listed = AccountGroup.objects.filter(account=account, gone_at__isnull=True)
    in_use = {
        comparable_group_name(each)
        for rows in (waiting, listed)
        for each in rows.values_list("name", flat=True)
    }
    if comparable_group_name(name) in in_use:
        raise GroupNameInUse
    try:
        with savepoint():
            made = GroupRequest.objects.create(
                account=account,
                kind=GroupRequest.Kind.MAKE,
                name=name,
                description=description,
                size=size,
                asked_by=by,
            )
    except IntegrityError:
        # The second of two taps, at the same moment.
        raise GroupNameInUse from None
    record(
        "channel.group_asked",
        by=by,
        on=account,
        chain=unit_chain(account.unit_id),
        detail={"request": str(made.pk), "size": size},
    )
    return made


@work()
def forget_old_requests() -> int:
    """Remove what ended long ago; a portion in each transaction."""
    over = GroupRequest.objects.filter(ended_at__lt=times.now() - REQUESTS_KEPT)
    gone, _by_kind = GroupRequest.objects.filter(pk__in=over.values("pk")[:_PORTION]).delete()
    return gone


def _account(account_id: uuid.UUID) -> ChannelAccount:
    account = accounts_with_groups().filter(pk=account_id).first()
    if account is None:
        raise NotAllowed
    permit_over(account.unit_id)
    if not account.is_active:
        raise AccountOff
    return account
