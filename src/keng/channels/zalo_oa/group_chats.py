"""Group chats of the account (GMF): which there are, how one is, and making one.

The calls, the fields of slots and of a group that was made are as the provider documents them. That
an entry of `getgroupsofoa` has the fields of `group_info`, beside a `total`, is what clients of
others read; it was tried against no live account.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

from keng.channels import reading
from keng.channels.group_chats import (
    GroupApi,
    GroupSlot,
    ProviderGroup,
    ProviderGroupPage,
)
from keng.channels.outcomes import Outcome
from keng.channels.text import one_line
from keng.channels.upkeep import CannotAsk
from keng.channels.wire import Reply, Request
from keng.channels.zalo_oa import requests
from keng.channels.zalo_oa.errors import outcome_of_zalo_reply

SIZES = {"gmf100": 100, "gmf50": 50, "gmf10": 10, "gmf1000": 1000}
_SOURCES = ("sub_quota", "purchase_quota", "reward_quota")
_PAGE_SIZE = 50
_MOST_MEMBERS = 2_000_000


def list_request(credentials: Mapping[str, str], offset: int) -> Request:
    return _get("getgroupsofoa", {"offset": offset, "count": _PAGE_SIZE}, credentials)


def read_list(reply: Reply, now: datetime, offset: int) -> ProviderGroupPage | Outcome:
    """A page may be shorter than was asked for: the last one is known by the sum, or is empty."""
    outcome = outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    data = reading.mapping(reading.json_object(reply.body).get("data"))
    listed = reading.items(data.get("groups"), _PAGE_SIZE)
    groups = tuple(filter(None, (_group(reading.mapping(item)) for item in listed)))
    total, following = reading.number(data.get("total")), offset + len(listed)
    is_last = not listed or (total is not None and following >= total)
    return ProviderGroupPage(groups, None if is_last else following)


def look_request(credentials: Mapping[str, str], address: str) -> Request:
    return _get("getgroup", {"group_id": address}, credentials)


def read_look(reply: Reply, now: datetime) -> ProviderGroup | Outcome:
    outcome = outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    data = reading.mapping(reading.json_object(reply.body).get("data"))
    found = _group(reading.mapping(data.get("group_info")))
    return found or Outcome("retry", after_seconds=60, reason="no group in the answer")


def slot_requests(credentials: Mapping[str, str], size: str) -> tuple[Request, ...]:
    """One for each way in which slots are paid for."""
    return tuple(
        _post(
            "quota/group",
            {"quota_owner": "OA", "product_type": size, "quota_type": source},
            credentials,
            delivers=False,
        )
        for source in _SOURCES
    )


def read_slots(reply: Reply, now: datetime) -> tuple[GroupSlot, ...] | Outcome:
    outcome = outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    listed = reading.items(reading.json_object(reply.body).get("data"), 1000)
    return tuple(filter(None, (_slot(reading.mapping(item)) for item in listed)))


def make_request(
    credentials: Mapping[str, str], slot_id: str, name: str, description: str
) -> Request:
    """With nobody in it but who manages the account: everybody else joins by its link.

    Raises CannotAsk.
    """
    manager = credentials.get("group_admin", "")
    if not manager:
        raise CannotAsk("without group_admin, the user id of whoever manages the account")
    wanted = {
        "group_name": name,
        "group_description": description,
        "asset_id": slot_id,
        "member_user_ids": [manager],
    }
    return _post("group/creategroupwithoa", wanted, credentials, delivers=True)


def read_made(reply: Reply, now: datetime) -> ProviderGroup | Outcome:
    """What cannot be read may have been made all the same: unknown."""
    outcome = outcome_of_zalo_reply(reply, now)
    if outcome.kind != "sent":
        return outcome
    found = _group(reading.mapping(reading.json_object(reply.body).get("data")))
    return found or Outcome("unknown", reason="no group in the answer")


GROUP_API = GroupApi(
    SIZES,
    list_request=list_request,
    read_list=read_list,
    look_request=look_request,
    read_look=read_look,
    slot_requests=slot_requests,
    read_slots=read_slots,
    make_request=make_request,
    read_made=read_made,
    slot_filled_codes=frozenset({"-238", "-241"}),
)


def _group(item: Mapping[str, object]) -> ProviderGroup | None:
    address = reading.string(item.get("group_id"), 100)
    if not address:
        return None
    members = reading.number(item.get("total_member"))
    is_count = members is not None and 0 <= members <= _MOST_MEMBERS
    return ProviderGroup(
        address,
        one_line(reading.string(item.get("name"), 300), 160),
        is_enabled=reading.string(item.get("status"), 20) != "disabled",
        member_count=int(members) if members is not None and is_count else None,
        link=_zalo_link(item.get("group_link")),
    )


def _zalo_link(value: object) -> str:
    """It is shown to officers, who pass it on: nowhere but at Zalo."""
    link = reading.web_address(value)
    return link if link.startswith("https://zalo.me/") and len(link) <= 200 else ""


def _slot(item: Mapping[str, object]) -> GroupSlot | None:
    slot_id = reading.string(item.get("asset_id"), 100)
    status = reading.string(item.get("status"), 20)
    used_by = reading.string(item.get("used_id"), 100)
    if not slot_id or (status != "available" and not used_by):
        return None
    return GroupSlot(slot_id, used_by if status != "available" else "")


def _get(name: str, wanted: Mapping[str, object], credentials: Mapping[str, str]) -> Request:
    url = f"{requests.api_base(credentials)}/v3.0/oa/group/{name}?{urlencode(wanted)}"
    return Request("GET", url, requests.api_headers(credentials), b"", delivers=False)


def _post(
    path: str, wanted: Mapping[str, object], credentials: Mapping[str, str], *, delivers: bool
) -> Request:
    url = f"{requests.api_base(credentials)}/v3.0/oa/{path}"
    body = requests.encoded_json(wanted)
    return Request("POST", url, requests.api_headers(credentials), body, delivers=delivers)
