"""What the provider says of our account: that its token works, what is paid; it sends nothing."""

from datetime import date, datetime

from keng.channels import reading
from keng.channels.outcomes import Outcome
from keng.channels.text import one_line
from keng.channels.upkeep import AccountCheck, AccountFinding, AccountPackage, PackageLookup
from keng.channels.wire import Reply
from keng.channels.zalo_oa.errors import outcome_of_zalo_reply
from keng.channels.zalo_oa.requests import account_facts_request
from keng.kit.times import VIETNAM

# From this year on a day means that nothing ends; and the calendar has no day after its last.
_FOR_EVER = 9000


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


def package_of_account_facts(reply: Reply, now: datetime) -> AccountPackage | Outcome:
    """What is paid for, or why nobody knows."""
    outcome = outcome_of_zalo_reply(reply, now, delivers=False)
    if outcome.kind != "sent":
        return outcome
    data = reading.mapping(reading.json_object(reply.body).get("data"))
    name = one_line(reading.string(data.get("package_name"), 200), 80)
    return AccountPackage(name, _day(reading.string(data.get("package_valid_through_date"), 20)))


def _day(text: str) -> date | None:
    """31/12/2026, as we take Zalo to write it (unverified). Anything else is no day."""
    try:
        day = datetime.strptime(text.strip(), "%d/%m/%Y").replace(tzinfo=VIETNAM).date()
    except ValueError:
        return None
    return day if day.year < _FOR_EVER else None


PACKAGE_LOOKUP = PackageLookup(account_facts_request, package_of_account_facts)
ACCOUNT_CHECK = AccountCheck(account_facts_request, finding_of_account_facts)
