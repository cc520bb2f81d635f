"""A letter that the fake mail server took, and how it reads."""

import email
import email.policy
from dataclasses import dataclass, field
from email.message import EmailMessage


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One letter as it was taken, dots as the sender meant them."""

    sender: str
    recipient: str
    content: bytes = field(repr=False)

    def parsed(self) -> EmailMessage:
        return email.message_from_bytes(self.content, policy=email.policy.default)


def text_of(letter: EmailMessage) -> str:
    """The plain text of a letter."""
    body = letter.get_body(preferencelist=("plain",))
    return body.get_content() if body else ""
