"""Group chats of a desk's accounts: the list, asking for one, taking one into the network."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from keng import channels
from keng.accounts.middleware import SignedInRequest
from keng.accounts.who import WORKING
from keng.acts.errors import Refused
from keng.delivery.actions.group_requests import (
    accounts_with_groups,
    ask_for_groups,
    ask_for_new_group,
)
from keng.delivery.models import AccountGroup, ChannelAccount, GroupRequest
from keng.kit.forms import Form
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.kit.sql_names import alphabetically
from keng.kit.time_words import grouped_number
from keng.network.actions.groups import GroupEntry, add_group
from keng.network.models import Group, GroupKind
from keng.network.queries.places import places_of

_MOST_REQUESTS = 8


class NewGroupForm(Form):
    """A group to be made at the provider."""

    name = forms.CharField(
        max_length=100,
        label=gettext_lazy("Name of the new group"),
        error_messages={
            "required": gettext_lazy("Enter the name of the group; its members see it")
        },
    )
    description = forms.CharField(
        max_length=300, required=False, label=gettext_lazy("What it is for (members read it)")
    )
    size = forms.ChoiceField(label=gettext_lazy("Size, as the provider sells it"))

    def __init__(self, *args: Any, account: ChannelAccount, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"new-{account.pk.hex[-8:]}", **kwargs)
        fields: Any = self.fields
        group_api = channels.get_channel(account.channel).facts.groups
        sizes = group_api.sizes if group_api else {}
        fields["size"].choices = [
            (size, _("%(n)s people (%(size)s)") % {"n": grouped_number(most), "size": size})
            for size, most in sizes.items()
        ]


@dataclass(frozen=True, slots=True)
class GroupAccount:
    """An account, what was asked of its groups lately, and the form for another one."""

    account: ChannelAccount
    requests: list["RequestRow"]
    form: NewGroupForm


@dataclass(frozen=True, slots=True)
class RequestRow:
    """Something that was asked, and what came of it."""

    request: GroupRequest

    @property
    def why_not(self) -> str:
        """In words, for a request that is not possible."""
        words = {
            "no_manager": _(
                "The operator has to enter the Zalo user id of whoever manages the account "
                "(group_admin) first."
            ),
            "no_slot": _("No slot of this size is free: buy one at the provider, then ask again."),
            "slot_gone": _(
                "The slot is no longer listed, so we cannot say whether it was made. "
                "Look in the list."
            ),
            "other_group": _(
                "A group with another name is in the slot that was reserved for it. Look in the "
                "list: if it is yours, use it; if it is not, ask again."
            ),
            "most_gone": _(
                "The provider says that most of the groups no longer exist. Nothing was changed "
                "here. Look at the account in the provider's own app, and call the provider."
            ),
            "gave_up": _(
                "Not made within a day. Look in the list whether it is there; "
                "if it is not, ask again."
            ),
        }
        told = words.get(self.request.code)
        return told or _("The provider says %(code)s.") % {"code": self.request.code}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group of an account, and the group of the network that it is."""

    group: AccountGroup
    in_network: Group | None
    is_in_use: bool
    """Also where the group of the network is another desk's."""


@require_safe
def account_groups(request: SignedInRequest) -> HttpResponse:
    """The groups of the accounts of the officer's desks."""
    return _page(request)


@require_POST
def account_groups_ask(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Have the provider asked now."""
    account = get_object_or_404(_accounts(request), pk=pk)
    try:
        ask_for_groups(account.pk, by=request.officer)
    except Refused as error:
        messages.error(request, error.sentence)
    else:
        messages.success(
            request,
            _waits(account) or _("Asked. Reload the page in about a minute to see the list."),
        )
    return redirect("account-groups")


@require_POST
def account_group_make(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Have a group made."""
    account = get_object_or_404(_accounts(request), pk=pk)
    form = NewGroupForm(request.POST, account=account)
    if not form.is_valid():
        return _page(request, form=form, of=account)
    found = form.cleaned_data
    try:
        ask_for_new_group(
            account.pk,
            name=" ".join(found["name"].split()),
            description=" ".join(found["description"].split()),
            size=found["size"],
            by=request.officer,
        )
    except Refused as error:
        form.add_error(None, error.sentence)
        return _page(request, form=form, of=account)
    messages.success(
        request,
        _waits(account) or _("Asked. Reload the page in about a minute to see what came of it."),
    )
    return redirect("account-groups")


@require_POST
def account_group_take_over(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Make it a group of the network, to which warnings go; kind and place are corrected there."""
    found = AccountGroup.objects.filter(
        account__in=_accounts(request), gone_at__isnull=True, is_enabled=True
    )
    group = get_object_or_404(found.select_related("account"), pk=pk)
    account = group.account
    place_id = account.place_id or places_of([account.unit_id]).values_list("pk", flat=True).first()
    if place_id is None:
        messages.error(request, _("This desk serves no place yet: tell the operator."))
        return redirect("account-groups")
    entry = GroupEntry(
        name=group.name or group.address,
        # Until somebody says which: a warning to landlords must not end up among pupils.
        kind=GroupKind.OTHER,
        place_id=place_id,
        unit_id=account.unit_id,
        channel=account.channel,
        channel_address=group.address,
        member_count=group.member_count or 0,
        officer_in_charge_id=None,
        lead_ids=frozenset(),
    )
    try:
        made = add_group(entry, by=request.officer)
    except Refused as error:
        messages.error(request, error.sentence)
        return redirect("account-groups")
    messages.success(
        request, _("Warnings can go to this group now. Check its kind and place, then save.")
    )
    return redirect("group-edit", pk=made.pk)


def _waits(account: ChannelAccount) -> str:
    """In words, where the provider is not asked now; "" where it is."""
    if account.circuit_open_since is None:
        return ""
    return _("Asked. The account is stopped: this waits until it works again.")


def _accounts(request: SignedInRequest) -> Any:
    return accounts_with_groups().filter(unit__in=WORKING.units(request.officer))


def _page(
    request: SignedInRequest, *, form: NewGroupForm | None = None, of: ChannelAccount | None = None
) -> HttpResponse:
    accounts = list(_accounts(request).select_related("unit").order_by(alphabetically(), "pk"))
    chosen = ListFilter(request.GET)
    listed = AccountGroup.objects.filter(account__in=accounts).select_related("account")
    ordered = rows_with_words(listed, chosen.words, "name").order_by(
        "gone_at", alphabetically(), "pk"
    )
    shown, page = rows_of_page(request, ordered)
    context = {
        "accounts": [
            GroupAccount(
                account,
                _latest_requests(account),
                form if form is not None and account == of else NewGroupForm(account=account),
            )
            for account in accounts
        ],
        "form": form,
        "groups": _group_rows(request, shown),
        "page": page,
        "filter": chosen,
    }
    status = 422 if form is not None else 200
    return render(request, "delivery/account_groups.html", context, status=status)


def _latest_requests(account: ChannelAccount) -> list[RequestRow]:
    """Events ask for a list, too: of those only what an officer asked is shown."""
    asked = account.group_requests.filter(asked_by__isnull=False).select_related("made")
    return [RequestRow(one) for one in asked.order_by("-pk")[:_MOST_REQUESTS]]


def _group_rows(request: SignedInRequest, shown: Collection[AccountGroup]) -> list[GroupRow]:
    used = Group.objects.filter(
        is_active=True,
        channel__in={one.account.channel for one in shown},
        channel_address__in=[one.address for one in shown],
    )
    by_address = {(one.channel, one.channel_address): one for one in used}
    seen = set(
        Group.objects.visible_to(request.officer)
        .filter(pk__in=[one.pk for one in by_address.values()])
        .values_list("pk", flat=True)
    )
    rows = []
    for group in shown:
        user = by_address.get((group.account.channel, group.address))
        is_seen = user is not None and user.pk in seen
        rows.append(GroupRow(group, user if is_seen else None, user is not None))
    return rows
