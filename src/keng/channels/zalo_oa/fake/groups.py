"""Group chats of the account: slots, creation, inventory, invitations, the end of one."""

from typing import Any

from keng.channels.zalo_oa.fake.state import DAY_SECONDS, ApiCall, FakeGroup, FakeState, ZaloError

_SIZES = ("gmf10", "gmf50", "gmf100", "gmf1000")
_SOURCES = ("sub_quota", "purchase_quota", "reward_quota")


def list_assets(state: FakeState, call: ApiCall) -> list[dict[str, Any]]:
    """POST /v3.0/oa/quota/group: the slots of one size, paid for in one way."""
    body = call.json()
    kind, source = body.get("product_type", ""), body.get("quota_type", "")
    if body.get("quota_owner") != "OA" or kind not in _SIZES or source not in _SOURCES:
        raise ZaloError(-201, "quota_owner, product_type and quota_type are needed")
    if (kind, source) != ("gmf100", "sub_quota"):
        return []
    return [
        {
            "asset_id": asset,
            "product_type": kind,
            "quota_type": source,
            "valid_through": "31/12/2027",
            "auto_renew": False,
            "status": "used" if group else "available",
            "used_id": group,
        }
        for asset, group in state.assets.items()
    ]


def create_group(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/group/creategroupwithoa: one slot, one group."""
    body = call.json()
    asset, members = body.get("asset_id", ""), body.get("member_user_ids") or []
    if asset not in state.assets:
        raise ZaloError(-238, "asset is not available")
    if state.assets[asset]:
        raise ZaloError(-241, "asset is already used")
    if not body.get("group_name") or not 1 <= len(members) <= 99:
        raise ZaloError(-201, "group_name and 1 to 99 members are needed")
    if state.settings.admin_id not in members:
        raise ZaloError(-201, "one of the members has to manage the account")
    _check_reachable(state, [one for one in members if one != state.settings.admin_id])
    group = FakeGroup(state.new_id(), body["group_name"], asset, members=list(members))
    state.groups[group.id] = group
    state.assets[asset] = group.id
    return {"group_description": body.get("group_description", ""), **_info(group)}


def delete_group(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/group/delete: its slot is free again."""
    group = _ours(state, call.json().get("group_id", ""))
    del state.groups[group.id]
    if state.assets.get(group.asset_id) == group.id:
        state.assets[group.asset_id] = ""
    return {"group_id": group.id}


def get_group(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v3.0/oa/group/getgroup."""
    group = _ours(state, call.parameter("group_id"))
    return {
        "group_info": {"max_member": 100, **_info(group)},
        "asset_info": {"asset_type": "gmf100", "asset_id": group.asset_id},
    }


def list_groups(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v3.0/oa/group/getgroupsofoa."""
    ours = [group for group in state.groups.values() if group.ours]
    offset, count = (_number(call.parameter(name)) for name in ("offset", "count"))
    page = ours[offset : offset + min(count or 5, state.settings.groups_per_page)]
    listed = [_info(group) for group in page]
    return {"total": len(ours), "offset": offset, "count": len(page), "groups": listed}


def invite_to_group(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """POST /v3.0/oa/group/invite."""
    body = call.json()
    group = _ours(state, body.get("group_id", ""))
    members = body.get("member_user_ids") or []
    _check_reachable(state, members)
    group.members += [member for member in members if member not in group.members]
    return {"group_id": group.id}


def _check_reachable(state: FakeState, members: list[str]) -> None:
    """Only followers, or people who did something in the last seven days."""
    for member in members:
        user = state.user(member)
        if user is None or user.refuses == -217:
            raise ZaloError(-217 if user else -213, "user cannot be invited")
        recent = state.clock.now() - (user.last_interaction or 0) <= 7 * DAY_SECONDS
        if not user.follower and not recent:
            raise ZaloError(-213, "user does not follow the OA")


def _ours(state: FakeState, group_id: str) -> FakeGroup:
    group = state.groups.get(group_id)
    if group is None or not group.ours:
        raise ZaloError(-403, "Group is not of this OA")
    return group


def _info(group: FakeGroup) -> dict[str, Any]:
    return {
        "group_id": group.id,
        "name": group.name,
        "avatar": "",
        "group_link": f"https://zalo.me/g/{group.id}",
        "total_member": len(group.members),
        "status": "enabled" if group.enabled else "disabled",
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
