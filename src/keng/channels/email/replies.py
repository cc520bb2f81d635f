"""What an SMTP reply means for the delivery, and for the account."""

from keng.channels.outcomes import Outcome, outcome_of_transport_failure
from keng.channels.upkeep import AccountCheck, AccountFinding
from keng.channels.wire import MailGreeting, MailReply

_MINUTE = 60
_HOUR = 3600
# Enhanced status codes (RFC 3463) that name the mailbox itself as the trouble.
_NO_SUCH_MAILBOX = ("5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.4.4")
_BAD_SENDER = ("5.1.7", "5.1.8")
_TOO_LARGE = ("5.2.3", "5.3.4")


def outcome_of_smtp_reply(reply: MailReply, reference: str) -> Outcome:
    """One of the nine. A mailbox that is full or busy is tried again after four hours."""
    code = reply.code
    if code is None or not 200 <= code < 600:
        return _lost(reply)
    told = f"{code} {reply.enhanced}".strip()
    if code < 400:
        if reply.stage == "end":
            return Outcome("sent", provider_id=reference, code=told)
        return Outcome("retry", after_seconds=_MINUTE, reason="ended before the content", code=told)
    if code < 500:
        return _passing(reply, told)
    return _lasting(reply, code, told)


def _lost(reply: MailReply) -> Outcome:
    if reply.certificate:
        # Encryption comes before everything that is said of a letter.
        return outcome_of_transport_failure(False, certificate=reply.certificate)
    if reply.stage == "end":
        return Outcome("unknown", reason="connection lost after the content")
    return Outcome(
        "retry",
        after_seconds=_MINUTE,
        reason=f"connection lost at {reply.stage}",
        reached=reply.stage not in ("connect", "hello", "auth"),
    )


def _passing(reply: MailReply, told: str) -> Outcome:
    """4xx: our relay is busy (a minute), a greylist (five), anything about the mailbox (4 h)."""
    if reply.code == 421 or reply.stage in ("connect", "hello", "auth"):
        return Outcome("retry", after_seconds=_MINUTE, reason="server is busy", code=told)
    if reply.enhanced.startswith("4.7."):
        return Outcome("retry", after_seconds=5 * _MINUTE, reason="greylisted", code=told)
    return Outcome("retry", after_seconds=4 * _HOUR, reason="passing refusal", code=told)


def _lasting(reply: MailReply, code: int, told: str) -> Outcome:
    """5xx: whose fault it is decides; reputation and sign-in first, since 550 is used for all."""
    enhanced = reply.enhanced
    if reply.stage in ("connect", "hello", "auth", "mail") or code in (530, 534, 535, 538):
        return Outcome("config", reason=f"refused at {reply.stage}", code=told)
    if enhanced.startswith("5.7.") or enhanced in _BAD_SENDER:
        return Outcome("config", reason="policy or reputation", code=told)
    if enhanced in _TOO_LARGE:
        return Outcome("reject", reason="too large", code=told)
    if enhanced == "5.2.2" or code == 552:
        return Outcome("retry", after_seconds=4 * _HOUR, reason="mailbox full", code=told)
    if enhanced in _NO_SUCH_MAILBOX:
        return Outcome("gone", reason="no such mailbox", code=told, scope="address")
    if reply.stage == "rcpt" and code in (550, 551, 553) and not enhanced:
        return Outcome("gone", reason="no such mailbox", code=told, scope="address")
    return Outcome("reject", reason="refused", code=told)


def finding_of_greeting(reply: MailReply) -> AccountFinding:
    """Whether the server let us in."""
    if reply.code is None or reply.code >= 400:
        return AccountFinding(False, f"the mail server says {reply.code} {reply.enhanced}".rstrip())
    return AccountFinding(True, "the mail server takes us")


MAIL_SERVER_CHECK = AccountCheck(lambda _credentials: MailGreeting(), finding_of_greeting)
