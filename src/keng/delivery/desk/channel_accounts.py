"""The accounts of a desk at providers: whether they work, until when, and what is to be done."""

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keng import channels
from keng.accounts.middleware import SignedInRequest
from keng.accounts.who import SEEING_ACCOUNTS
from keng.channels.upkeep import RECONNECT
from keng.delivery.account_ends import AccountEnd, EndingPart
from keng.delivery.actions.accounts import REMOVED_PREFIX
from keng.delivery.models import ChannelAccount, Conversation
from keng.delivery.queries.ending_accounts import all_ends
from keng.kit import times
from keng.kit.pagination import rows_of_page
from keng.kit.sql_names import alphabetically


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account as the page shows it."""

    account: ChannelAccount
    heard_on: datetime.date | None
    """The day of the last message; no moment, since that is a reporter's."""

    @property
    def channel_name(self) -> str:
        return str(channels.get_channel(self.account.channel).facts.name)

    @property
    def takes_messages(self) -> bool:
        return channels.get_channel(self.account.channel).can.can_receive

    @property
    def is_stopped(self) -> bool:
        return self.account.circuit_open_since is not None

    @property
    def ends(self) -> list["EndRow"]:
        now = times.now()
        return [
            EndRow(self.account, end, end.days_left(now), end.is_near(now))
            for end in all_ends(self.account)
        ]

    @property
    def to_do(self) -> list[str]:
        """What somebody has to do about it; nothing of most."""
        name = {"name": self.account.slug}
        if not self.account.is_active:
            return [_("The operator can switch it on again: keng channel start %(name)s") % name]
        found = []
        if self.is_stopped and RECONNECT in self.account.circuit_reason:
            found.append(self._connect_again(name))
        elif self.is_stopped:
            found.append(
                _("Tell the operator: keng channel check %(name)s says what the provider wants.")
                % name
            )
        parts = {row.end.part for row in self.ends if row.is_near}
        if EndingPart.TOKENS in parts and not found:
            found.append(
                _(
                    "Access renews itself every day. This account's has not been renewed for a "
                    "long time."
                )
            )
            found.append(self._connect_again(name))
        if EndingPart.PACKAGE in parts:
            found.append(_("Have the package renewed at the provider as soon as you can."))
        return found

    def _connect_again(self, name: dict[str, str]) -> str:
        if channels.get_channel(self.account.channel).facts.connecting is None:
            return _(
                "Let the operator give the account new secrets: keng channel renew %(name)s"
            ) % (name)
        return (
            _(
                "Let the operator and whoever manages the account at the provider connect it again:"
                " keng channel connect %(name)s"
            )
            % name
        )


@dataclass(frozen=True, slots=True)
class EndRow:
    """One end of an account."""

    account: ChannelAccount
    end: AccountEnd
    days: int
    """How many are left; 0 once it is past."""
    is_near: bool

    @property
    def last_day(self) -> datetime.date:
        return times.local_date(self.end.at - datetime.timedelta(microseconds=1))

    @property
    def package_name(self) -> str:
        return self.account.package_name if self.end.part == EndingPart.PACKAGE else ""

    @property
    def label(self) -> str:
        return _("Access until") if self.end.part == EndingPart.TOKENS else _("Package until")


@require_GET
def channel_accounts(request: SignedInRequest) -> HttpResponse:
    """Those of the officer's desks."""
    kept = ChannelAccount.objects.exclude(slug__startswith=REMOVED_PREFIX)
    accounts = kept.filter(unit__in=SEEING_ACCOUNTS.units(request.officer))
    ordered = accounts.select_related("unit").order_by(alphabetically(), "pk")
    shown, page = rows_of_page(request, ordered)
    heard = _heard_on([account.pk for account in shown])
    rows = [AccountRow(account, heard.get(account.pk)) for account in shown]
    return render(request, "delivery/channel_accounts.html", {"rows": rows, "page": page})


def _heard_on(accounts: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime.date]:
    """On which day somebody last wrote by each, as far as their chat is still known."""
    chats = Conversation.objects.filter(account__in=accounts).order_by()
    found = chats.values_list("account").annotate(Max("last_inbound_at"))
    return {account: times.local_date(at) for account, at in found}
