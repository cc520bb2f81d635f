"""A message of approved wording to one person, for when the window for free words has closed.

The operator names the template and what fills its blanks, so that no word of a tip is in it.
"""

import json
from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import datetime

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.wire import Address, OutgoingMessage, Reply, Request
from keng.channels.zalo_oa import errors, requests
from keng.channels.zalo_oa.inbound import ANONYMOUS_PREFIX

_MOST_BLANKS = 20
_MAX_BLANK = 200
# After any other refusal the answer waits as it would without a template.
_OWN_MEANING = ("sent", "unknown", "retry", "refresh_auth", "gone")


def may_use_template(
    refused: Outcome, message: OutgoingMessage, address: Address, credentials: Mapping[str, str]
) -> bool:
    """Whether this refusal is of a closed window, and a person is to be told all the same."""
    return (
        refused.code == str(errors.WINDOW_CLOSED)
        and bool(credentials.get("answer_template"))
        and address.kind == "person"
        and not address.value.startswith(ANONYMOUS_PREFIX)
        and not message.is_bulk
    )


def template_steps(
    refused: Outcome, address: Address, credentials: Mapping[str, str], now: datetime
) -> Generator[Request, Reply, Outcome]:
    """What came of the template; the refusal where it could not be sent for good."""
    outcome = errors.outcome_of_zalo_reply((yield _template_request(address, credentials)), now)
    if outcome.kind == "sent":
        return replace(outcome, code="template")
    if outcome.kind in _OWN_MEANING or outcome.until is not None:
        return outcome
    return replace(refused, code=f"{refused.code} {outcome.code}", reason=outcome.reason)


def fault_of_template_data(value: str) -> str | None:
    """What is wrong with what fills the blanks; None where nothing is."""
    data = reading.mapping(_decoded(value))
    if value and (not data or len(data) > _MOST_BLANKS):
        return f"no JSON object with 1 to {_MOST_BLANKS} names"
    if any(not isinstance(each, str) or len(each) > _MAX_BLANK for each in data.values()):
        return f"more than words of up to {_MAX_BLANK} characters"
    return None


def template_data(value: str) -> dict[str, str]:
    """What fills the blanks; nothing where it is wrong."""
    found = reading.mapping(_decoded(value))
    return {} if fault_of_template_data(value) else dict(found)


def _template_request(address: Address, credentials: Mapping[str, str]) -> Request:
    body = {
        "user_id": address.value,
        "template_id": credentials.get("answer_template", ""),
        "template_data": template_data(credentials.get("answer_template_data", "")),
    }
    url = requests.api_base(credentials) + "/v3.0/oa/message/template"
    content = requests.encoded_json(body)
    return Request("POST", url, requests.api_headers(credentials), content)


def _decoded(value: str) -> object:
    try:
        return json.loads(value or "{}")
    except (ValueError, RecursionError):
        return None
