"""Meta's Graph API as every channel of a page speaks it: address, token, proof, errors."""

import hashlib
import hmac
from collections.abc import Mapping

from keng.channels import reading
from keng.channels.provider_address import https_beyond_this_machine
from keng.channels.upkeep import AccountCheck, AccountFinding
from keng.channels.wire import Reply, Request

GRAPH_HOST = "graph.facebook.com"
API_VERSION = "v24.0"


def fault_of_page_id(value: str) -> str | None:
    """What is wrong with the id of a page; None where nothing is."""
    return None if value.isascii() and value.isdigit() else "no id of a page: it is a number"


def app_secret_proof(credentials: Mapping[str, str]) -> str:
    """Proves beside the token that the caller knows the app's secret, too."""
    key, token = credentials.get("app_secret", ""), credentials.get("page_token", "")
    return hmac.new(key.encode(), token.encode(), hashlib.sha256).hexdigest()


def graph_url(credentials: Mapping[str, str], path: str) -> str:
    """Where this is asked of the Graph API."""
    base = https_beyond_this_machine(credentials.get("api_base") or f"https://{GRAPH_HOST}")
    return f"{base.rstrip('/')}/{credentials.get('api_version') or API_VERSION}/{path}"


def graph_headers(
    credentials: Mapping[str, str], content_type: str = "application/json"
) -> dict[str, str]:
    """With the page's token, which stands in no address."""
    return {
        "authorization": f"Bearer {credentials.get('page_token', '')}",
        "content-type": content_type,
        "accept": "application/json",
    }


def graph_error_codes(reply: Reply) -> tuple[int, int]:
    """Code and subcode of a refusal; 0 where there is none."""
    error = reading.mapping(reading.json_object(reply.body).get("error"))
    return _whole(error.get("code")), _whole(error.get("error_subcode"))


def graph_error_words(reply: Reply) -> str:
    """What a refusal says, for whoever has to tell two with one code apart."""
    error = reading.mapping(reading.json_object(reply.body).get("error"))
    return reading.string(error.get("message"), 200)


def _whole(value: object) -> int:
    number = reading.number(value)
    return int(number) if number is not None and number.is_integer() else 0


def _account_question(credentials: Mapping[str, str]) -> Request:
    proof = app_secret_proof(credentials)
    url = graph_url(credentials, f"me?fields=id,name&appsecret_proof={proof}")
    return Request("GET", url, graph_headers(credentials), b"", delivers=False)


def _finding_of_account(reply: Reply) -> AccountFinding:
    body = reading.json_object(reply.body)
    error = reading.mapping(body.get("error"))
    if error or not body.get("id"):
        words = reading.string(error.get("message"), 120) or f"HTTP {reply.status}"
        return AccountFinding(False, f"the provider says {words}: see `keng channel renew`")
    return AccountFinding(
        True, f"the provider knows it as {reading.string(body.get('name'), 80)!r}"
    )


PAGE_CHECK = AccountCheck(_account_question, _finding_of_account)
