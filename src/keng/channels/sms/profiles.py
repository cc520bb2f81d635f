"""The gateways we know, as their public documents describe them (2026-11); none was asked live."""

from collections.abc import Mapping
from dataclasses import replace

from keng.channels.gateway import GatewayProfile, KnownGateways, Meaning, values_of_message
from keng.channels.upkeep import AccountCheck
from keng.channels.wire import Request

_SENT = Meaning("sent")


def _set_up(reason: str) -> Meaning:
    return Meaning("config", reason)


ESMS = GatewayProfile(
    name="esms",
    url="https://rest.esms.vn/MainService.svc/json/SendMultipleMessage_V4_post_json/",
    form="json",
    body={
        "ApiKey": "{api_key}",
        "SecretKey": "{secret_key}",
        "Phone": "{phone0}",
        "Content": "{text}",
        "Brandname": "{brand}",
        "SmsType": "{sms_type}",
        "IsUnicode": "{is_unicode}",
        "RequestId": "{reference}",
    },
    receipt_body={"CallbackUrl": "{receipt_url}"},
    settings=("api_key", "secret_key", "brand"),
    code_at="CodeResult",
    id_at="SMSID",
    is_repeatable=True,
    codes={
        "100": _SENT,
        # Its own answer to a reference it has had within a day: it has the message.
        "124": _SENT,
        # Its tables differ: a passing fault, or a number that it blocks. By its reference a second
        # try is no second message.
        "99": Meaning("retry", "passing fault, or the number is blocked"),
        "101": _set_up("keys refused"),
        "102": _set_up("account locked, or without a price list"),
        "103": _set_up("no money"),
        "104": _set_up("brand name not known"),
        "118": _set_up("type of message"),
        "140": _set_up("our address is not on its list"),
        # Its tables differ: a wrong number, or too few for advertising. No address dies of it.
        "107": Meaning("reject", "wrong number, or too few numbers for advertising"),
        "108": Meaning("gone", "no telephone number"),
        "119": Meaning("reject", "advertising"),
        "120": Meaning("reject", "advertising"),
        "146": Meaning("reject", "wording not approved"),
        "177": Meaning("not_now", "brand name not registered with this carrier"),
        "199": Meaning("reject", "refused"),
        "300": Meaning("reject", "refused"),
    },
)

SPEEDSMS = GatewayProfile(
    name="speedsms",
    url="https://api.speedsms.vn/index.php/sms/send",
    form="json",
    basic_auth="{api_key}:x",
    body={
        "to": ["{phone84}"],
        "content": "{text}",
        "sms_type": "{sms_type}",
        "sender": "{brand}",
    },
    settings=("api_key", "brand"),
    code_at="code",
    id_at="data.tranId",
    codes={
        "00": _SENT,
        "007": _set_up("our address is not on its list"),
        "008": _set_up("account locked"),
        "009": _set_up("interface not switched on"),
        "300": _set_up("no money"),
        "101": Meaning("reject", "bad parameter"),
        "110": Meaning("reject", "letters it does not take"),
        "113": Meaning("reject", "too long"),
        "105": Meaning("gone", "no telephone number"),
        "500": Meaning("unknown", "its own fault"),
    },
)

VIETGUYS = GatewayProfile(
    name="vietguys",
    url="https://cloudsms4.vietguys.biz:4438/api/index.php",
    form="form",
    body={
        "from": "{brand}",
        "u": "{api_key}",
        "pwd": "{secret_key}",
        "phone": "{phone84}",
        "sms": "{text}",
        "bid": "{reference}",
        "type": "0",
        "json": "1",
    },
    settings=("api_key", "secret_key", "brand"),
    code_at="error",
    id_at="msgid",
    is_repeatable=True,
    # As five published clients have them; any other is shown to the operator as unknown.
    codes={
        "0": _SENT,
        # Its own answer to the same words to the same number within a minute: they are there.
        "-16": _SENT,
        "-2": Meaning("retry", "its server is busy"),
        "-3": _set_up("account not known"),
        "-4": _set_up("account locked"),
        "-5": _set_up("keys refused"),
        "-6": _set_up("interface not switched on"),
        "-7": _set_up("our address is not on its list"),
        "-8": _set_up("brand name not known"),
        "-13": _set_up("brand name not known"),
        "-9": _set_up("no money"),
        "-12": _set_up("no money"),
        "-10": Meaning("gone", "no telephone number"),
        "-11": Meaning("gone", "this number wants no messages"),
        "-1": Meaning("reject", "bad parameter"),
        "-14": Meaning("reject", "too long"),
        "-18": Meaning("reject", "advertising"),
        "-20": Meaning("reject", "wording not approved"),
        "-21": Meaning("reject", "wording not approved"),
        "-17": Meaning(
            "not_now", "as many as the account may send in a day", is_over_tomorrow=True
        ),
        "-19": Meaning("not_now", "as many as one number may get in a day", is_over_tomorrow=True),
        "-22": Meaning("not_now", "brand name not registered with this carrier"),
    },
)


def with_receipt(profile: GatewayProfile) -> GatewayProfile:
    """The same gateway, asked to tell what becomes of the message, where it can."""
    return replace(profile, body={**profile.body, **profile.receipt_body})


SMS_GATEWAYS = KnownGateways((ESMS, SPEEDSMS, VIETGUYS))
_TYPES = {"esms": "2", "speedsms": "3"}
"""What each calls a message that is no advertising, under a registered name."""


def sms_values(
    credentials: Mapping[str, str], number: str, text: str, reference: str
) -> dict[str, str]:
    """What fills a profile's blanks; `number` without its leading 0."""
    return (
        dict(credentials)
        | values_of_message(number, text, reference)
        | {
            "is_unicode": "0" if text.isascii() else "1",
            "sms_type": credentials.get("sms_type")
            or _TYPES.get(credentials.get("profile", ""), ""),
        }
    )


def _account_question(credentials: Mapping[str, str]) -> Request:
    return SMS_GATEWAYS.question(credentials, sms_values(credentials, "", "", ""))


SMS_CHECK = AccountCheck(_account_question, SMS_GATEWAYS.finding)
