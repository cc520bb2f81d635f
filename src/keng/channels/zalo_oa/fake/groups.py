"""Group chats of the account: slots, creation, inventory, invitations."""

from typing import Any

from keng.channels.zalo_oa.fake.state import DAY_SECONDS, ApiCall, FakeGroup, FakeState, ZaloError


def list_assets(state: FakeState, call: ApiCall) -> list[dict[str, Any]]:
    """POST /v3.0/oa/quota/group."""
    kind = call.json().get("product_type", "gmf100")
    return [
        {
            "asset_id": asset,
            "product_type": kind,
            "quota_type": "sub_quota",
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
    _check_reachable(state, members)
    group = FakeGroup(state.new_id(), body["group_name"], asset, members=list(members))
    state.groups[group.id] = group
    state.assets[asset] = group.id
    return {"group_id": group.id, "total_member": len(members), **_info(group)}


def get_group(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v3.0/oa/group/getgroup."""
    group = _ours(state, call.parameter("group_id"))
    return {
        "group_info": {"total_member": len(group.members), **_info(group)},
        "asset_info": {"asset_type": "gmf100", "asset_id": group.asset_id},
    }


def list_groups(state: FakeState, call: ApiCall) -> dict[str, Any]:
    """GET /v3.0/oa/group/getgroupsofoa."""
    ours = [group for group in state.groups.values() if group.ours]
    offset, count = (_number(call.parameter(name)) for name in ("offset", "count"))
    page = ours[offset : offset + min(count or 50, 50)]
    return {"total": len(ours), "groups": [_info(group) for group in page]}


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
    status = "enabled" if group.enabled else "disabled"
    return {"group_id": group.id, "name": group.name, "status": status}


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0
