"""The nine things that can come of one attempt to send, and what a broken connection means."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

OutcomeKind = Literal[
    "sent", "retry", "unknown", "refresh_auth", "not_now", "gone", "moved", "reject", "config"
]
OUTCOME_KINDS: tuple[OutcomeKind, ...] = get_args(OutcomeKind)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one attempt came to. `reason` and `code` never hold an address or a word of the message.

    sent          accepted by the provider under `provider_id`
    retry         certainly not accepted, and passing: try again after `after_seconds`; what has
                  begun at the provider is `provider_id`, and comes back as the message's `begun`
    unknown       may have arrived: no machine sends it again
    refresh_auth  the token is dead: refresh once under a lock, try once more, then treat as config
    not_now       this route is closed until `until`, or until the person writes again when None
    gone          this address is dead
    moved         the address is now `new_address` (no channel says so yet)
    reject        this message can never go
    config        our set-up is broken; `scope` says whether for the account or one address
    """

    kind: OutcomeKind
    provider_id: str = ""
    after_seconds: int | None = None
    until: datetime | None = None
    reason: str = ""
    code: str = ""
    new_address: str = field(default="", repr=False)
    scope: Literal["account", "address"] = "account"
    rate_remaining: int | None = None
    parts_sent: int = 0
    """How many parts of a split message had been accepted before this outcome."""
    learned: Mapping[str, str] = field(default_factory=dict)
    """What the caller should remember for next time (see the channel's own documentation)."""
    reached: bool = True
    """False when nobody answered at all, so that neither message nor address was looked at."""

    @property
    def blames_provider(self) -> bool:
        """Too busy, or not there: a retry that says nothing about this delivery."""
        return self.kind == "retry" and (self.rate_remaining == 0 or not self.reached)


CERTIFICATE = "certificate"
"""The code of a provider that shows a certificate which is not accepted: over, or another one's."""


def outcome_of_transport_failure(
    request_written: bool,
    *,
    delivers: bool = True,
    is_repeatable: bool = False,
    certificate: str = "",
) -> Outcome:
    """What it means that the connection failed before a whole reply was read.

    Until the body is completely written nobody can have received the message, so it is safe to
    send again. After that it is unknown, unless the request reaches no one (an upload, a look-up)
    or the provider shows it once however often it comes. `certificate`: why its own was not taken.
    """
    if certificate:
        return Outcome(
            "retry",
            after_seconds=60,
            reason=f"not accepted: {certificate}",
            code=CERTIFICATE,
            reached=False,
        )
    if request_written and delivers and not is_repeatable:
        return Outcome("unknown", reason="connection lost after the request was written")
    return Outcome("retry", after_seconds=5, reason="connection failed", reached=request_written)
