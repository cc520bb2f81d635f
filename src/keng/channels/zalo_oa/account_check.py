"""What the provider says of our account: proves that its access token works, and sends nothing."""

from keng.channels import reading
from keng.channels.upkeep import AccountCheck, AccountFinding
from keng.channels.wire import Reply
from keng.channels.zalo_oa.requests import account_facts_request


def finding_of_account_facts(reply: Reply) -> AccountFinding:
    """Refusals come under HTTP 200; whatever has no code in it is no answer of the provider's."""
    body = reading.json_object(reply.body)
    code = reading.number(body.get("error"))
    if code is None:
        return AccountFinding(False, f"the provider's answer cannot be read (HTTP {reply.status})")
    if code:
        said = reading.string(body.get("message"), 120)
        return AccountFinding(
            False, f"the provider says {int(code)} {said}: see `keng channel renew`"
        )
    name = reading.string(reading.mapping(body.get("data")).get("name"), 80)
    return AccountFinding(True, f"the provider knows it as {name!r}")


ACCOUNT_CHECK = AccountCheck(account_facts_request, finding_of_account_facts)
