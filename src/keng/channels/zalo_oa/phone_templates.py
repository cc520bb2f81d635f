"""A message of approved wording to a telephone number (ZNS), by the tokens of the official account.

For leads who agreed to it, and for nobody else: the wording is the operator's, and all that differs
from one message to the next is the link to the lead's own page. No word of a warning is in it.
"""

from collections.abc import Generator, Mapping
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from keng.channels.facts import PhoneWay
from keng.channels.gateway import national_number
from keng.channels.outcomes import Outcome
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.wire import Address, OutgoingMessage, Reply, Request
from keng.channels.zalo_oa import errors, requests
from keng.channels.zalo_oa.templates import fault_of_template_data, template_data

BUSINESS_BASE = "https://business.openapi.zalo.me"
PHONE_PREFIX = "phone:"
LINK_BLANK = "{link}"
"""What stands in `phone_template_data` where the link goes."""


def is_to_phone(address: Address) -> bool:
    """Whether it is a telephone number, and not what the account calls a person."""
    return address.kind == "person" and address.value.startswith(PHONE_PREFIX)


def phone_steps(
    message: OutgoingMessage, address: Address, credentials: Mapping[str, str], now: datetime
) -> Generator[Request, Reply, Outcome]:
    """One message. Zalo shows it twice if it comes twice, whatever the tracking id says."""
    number = national_number(address.value.removeprefix(PHONE_PREFIX))
    if not number:
        return Outcome("gone", reason="no telephone number", scope="address")
    if not message.own_page:
        return Outcome("reject", reason="only a link to the own page goes to a number")
    if fault := _fault_of_template(credentials):
        return Outcome("config", reason=fault, code="phone_template", scope="address")
    reply = yield _phone_request(message, number, credentials)
    return errors.outcome_of_phone_reply(reply, now)


def _is_on(settings: Mapping[str, str]) -> bool:
    return not _fault_of_template(settings)


def _fault_of_template(settings: Mapping[str, str]) -> str:
    """Why nothing can be sent by these settings; empty where it can."""
    given = settings.get("phone_template_data", "")
    if not settings.get("phone_template"):
        return "no phone_template"
    if fault_of_template_data(given) or LINK_BLANK not in given:
        return "phone_template_data has no link"
    return ""


def _phone_request(
    message: OutgoingMessage, number: str, credentials: Mapping[str, str]
) -> Request:
    given = template_data(credentials.get("phone_template_data", ""))
    body = {
        "phone": f"84{number}",
        "template_id": credentials.get("phone_template", ""),
        "template_data": {
            name: value.replace(LINK_BLANK, message.own_page) for name, value in given.items()
        },
        "tracking_id": message.reference,
    }
    url = https_beyond_this_machine(credentials.get("api_base") or BUSINESS_BASE)
    content = requests.encoded_json(body)
    headers = requests.api_headers(credentials)
    return Request("POST", f"{url}/message/template", headers, content)


ZALO_PHONE_WAY = PhoneWay(
    code="zalo_phone",
    name=_("Zalo, by telephone number"),
    prefix=PHONE_PREFIX,
    is_on=_is_on,
)
