"""The demo's accounts: the simulated phones, those at the fake providers, and a mailbox."""

import json
import os
import secrets
from typing import Any

from keng.delivery.credentials import keep_secrets, keep_tokens
from keng.delivery.models import ChannelAccount
from keng.kit.database import data_folder
from keng.places.models import Place, Unit
from keng_dev.demo.fake_zalo import fake_zalo_file
from keng_dev.demo.network import ZALO_GROUP
from keng_dev.demo.province.network import GMF_GROUPS

_TOKENS = ("access_token", "refresh_token")
VOICE = "voice"
PAGER_ACCOUNTS = (("sms", "sms-truc"), (VOICE, "goi-truc"))


def make_accounts(ward: Unit, department: Unit, ward_place: Place) -> None:
    """Create the accounts with generated secrets; e-mail where KENG_SMTP_URL names a server."""
    phones = ChannelAccount(
        channel="sandbox",
        slug="phones",
        name=f"{ward.name} (điện thoại mô phỏng)",
        unit=ward,
        place=ward_place,
        rate_per_minute=60_000,
    )
    keep_secrets(phones, {"secret": secrets.token_urlsafe(24)})
    phones.save()
    mailbox = os.environ.get("KENG_SMTP_URL", "")
    if mailbox:
        email = ChannelAccount(
            channel="email",
            slug="email",
            name=department.name,
            unit=department,
            base_url=mailbox,
            rate_per_minute=6_000,
        )
        keep_secrets(email, {"from_address": "canh-bao@keng.example", "from_name": department.name})
        email.save()
    drawn = fake_settings()
    zalo = ChannelAccount(
        channel="zalo_oa",
        slug="bac-ninh",
        name=department.name,
        unit=department,
        place=Place.objects.get(code=department.province_code, kind="province"),
        base_url=zalo_url(),
        rate_per_minute=3_000,
    )
    keep_secrets(zalo, _zalo_secrets(drawn))
    keep_tokens(zalo, {k: drawn[k] for k in _TOKENS})
    zalo.save()


def refresh_zalo() -> None:
    """Bring the account back to what the fake starts with: it forgets rotated tokens at its end."""
    drawn = fake_settings()
    for zalo in ChannelAccount.objects.filter(channel="zalo_oa", slug="bac-ninh"):
        zalo.base_url = zalo_url()
        keep_secrets(zalo, _zalo_secrets(drawn))
        keep_tokens(zalo, {k: drawn[k] for k in _TOKENS})
        zalo.circuit_open_since, zalo.circuit_reason = None, ""
        zalo.save()


def make_pager_accounts(department: Unit) -> None:
    """What calls officers' phones: text messages and calls by machine, at the fakes."""
    for channel, slug in PAGER_ACCOUNTS:
        account = ChannelAccount(
            channel=channel,
            slug=slug,
            name=f"{department.name} ({slug})",
            unit=department,
            rate_per_minute=600,
        )
        _keep_pager_settings(account)
        account.save()


def refresh_pager_accounts() -> None:
    """The ports may be others than at the last start."""
    for channel, slug in PAGER_ACCOUNTS:
        for account in ChannelAccount.objects.filter(channel=channel, slug=slug):
            _keep_pager_settings(account)
            account.save()


def _keep_pager_settings(account: ChannelAccount) -> None:
    phone, edge = fake_settings()["phone"], os.environ.get("KENG_EDGE_PORT", "8002")
    account.base_url = zalo_url()
    if account.channel == VOICE:
        # The gateway and the edge are on this machine, beside no public address.
        hook = {"hook": f"http://127.0.0.1:{edge}/hooks/{VOICE}/{account.slug}"}
        keep_secrets(account, {"profile": "stringee"} | phone["voice"] | hook)
    else:
        keep_secrets(account, {"profile": "esms"} | phone["sms"])


def zalo_url() -> str:
    """Where the fake listens: this machine, and nowhere else."""
    return f"http://127.0.0.1:{os.environ.get('KENG_ZALO_FAKE_PORT', '8003')}"


def fake_settings() -> dict[str, Any]:
    """Who the fake account is; drawn once and kept in a file that only this user can read."""
    path = fake_zalo_file(data_folder())
    if not path.exists():
        drawn = {
            "app_id": _digits(18),
            "oa_id": _digits(18),
            "app_secret": secrets.token_urlsafe(15),
            "oa_secret_key": secrets.token_urlsafe(15),
            "access_token": secrets.token_urlsafe(60),
            "refresh_token": secrets.token_urlsafe(60),
            "groups": [ZALO_GROUP, *GMF_GROUPS],
        } | _drawn_manager()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(drawn | {"phone": _drawn_phone()}))
    found: dict[str, Any] = json.loads(path.read_text())
    if "phone" not in found:
        # Of an older demo.
        found["phone"] = _drawn_phone()
        path.write_text(json.dumps(found))
    if "admin_id" not in found:
        found |= _drawn_manager()
        path.write_text(json.dumps(found))
    return found


def _drawn_manager() -> dict[str, Any]:
    """Who manages the account, and room for two groups more."""
    return {"admin_id": _digits(18), "assets": ["slot-1", "slot-2"]}


def _zalo_secrets(drawn: dict[str, Any]) -> dict[str, str]:
    own = {k: drawn[k] for k in ("app_id", "oa_id", "app_secret", "oa_secret_key")}
    return own | {"oauth_base": zalo_url(), "group_admin": drawn["admin_id"]}


def _drawn_phone() -> dict[str, Any]:
    """The keys of the gateways, and of the one device that takes pushes."""
    keys = {"api_key": secrets.token_hex(15), "secret_key": secrets.token_hex(15)}
    return {
        "sms": keys | {"brand": "KENG"},
        "voice": keys | {"caller": "842471000000", "webhook_secret": secrets.token_urlsafe(24)},
        "push": str(secrets.randbits(200)),
    }


def _digits(length: int) -> str:
    return "1" + "".join(secrets.choice("0123456789") for _ in range(length - 1))
