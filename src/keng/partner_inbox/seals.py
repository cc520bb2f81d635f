"""Keys of inboxes, holders and matters, and what is sealed to them (vault.hybrid, form 03)."""

import uuid
from dataclasses import dataclass, field
from typing import Self

from nacl.exceptions import CryptoError

from keng.kit.codes import passphrase_of_groups
from keng.kit.secrets import holders_box
from keng.partner_inbox.errors import WrongPhrase
from keng.partner_inbox.models import InboxHolder, InboxMatter, InboxMessage, PartnerInbox
from keng.vault.filling import filled_up
from keng.vault.hybrid import HybridSeal, SealedKind
from keng.vault.key_pairs import hybrid_public_key, new_private_key, public_half
from keng.vault.opening import open_with_unit_key

# About 20 bits each.
_PHRASE_GROUPS = 6
_PHRASE_LABEL, _CODE_LABEL = "partner inbox phrase", "partner inbox code"


@dataclass(frozen=True, slots=True)
class InboxKeyPair:
    """Both halves; the private one stands in no row as it is."""

    private: bytes = field(repr=False)

    @classmethod
    def make(cls) -> Self:
        """A new one."""
        return cls(new_private_key())

    @property
    def public(self) -> bytes:
        """What others seal to."""
        return public_half(self.private)


def new_phrase() -> str:
    """A holder's phrase, shown once."""
    return passphrase_of_groups(_PHRASE_GROUPS)


def close_with_phrase(pair: InboxKeyPair, phrase: str) -> bytes:
    """A holder's private half, as it is kept."""
    return bytes(holders_box(_PHRASE_LABEL, _letters_of(phrase)).encrypt(pair.private))


def open_with_phrase(holder: InboxHolder, phrase: str) -> bytes:
    """The holder's private half. Raises WrongPhrase."""
    try:
        return holders_box(_PHRASE_LABEL, _letters_of(phrase)).decrypt(bytes(holder.private_box))
    except CryptoError as error:
        raise WrongPhrase from error


def seal_inbox_key(private: bytes, holder: InboxHolder) -> bytes:
    """The inbox's private half, for one holder."""
    return _seal(bytes(holder.public_key), private, SealedKind.INBOX_KEY, holder.pk)


def open_inbox_key(holder: InboxHolder, holder_private: bytes) -> bytes:
    """The inbox's private half again."""
    sealed = bytes(holder.inbox_key_sealed)
    return open_with_unit_key(sealed, holder_private, kind=SealedKind.INBOX_KEY, ref=holder.pk)


def seal_matter_key(
    pair: InboxKeyPair, matter: InboxMatter, inbox: PartnerInbox, code: str
) -> None:
    """Put both copies of a new matter's private half into its row."""
    matter.public_key = pair.public
    matter.key_for_partner = _seal(
        bytes(inbox.public_key), pair.private, SealedKind.MATTER_KEY, matter.pk
    )
    matter.key_for_asker = bytes(holders_box(_CODE_LABEL, code).encrypt(pair.private))


def matter_key_of_partner(matter: InboxMatter, inbox_private: bytes) -> bytes:
    """The matter's private half, with that of the inbox."""
    sealed = bytes(matter.key_for_partner)
    return open_with_unit_key(sealed, inbox_private, kind=SealedKind.MATTER_KEY, ref=matter.pk)


def matter_key_of_asker(matter: InboxMatter, code: str) -> bytes:
    """The same, with the asker's code."""
    return holders_box(_CODE_LABEL, code).decrypt(bytes(matter.key_for_asker))


def seal_words(matter: InboxMatter, message: InboxMessage, words: str) -> None:
    """Put words into a message of this matter."""
    public = bytes(matter.public_key)
    message.sealed = _seal(public, words.encode(), SealedKind.MATTER_WORDS, message.pk)


def open_words(message: InboxMessage, matter_private: bytes) -> str:
    """The words again."""
    opened = open_with_unit_key(
        bytes(message.sealed), matter_private, kind=SealedKind.MATTER_WORDS, ref=message.pk
    )
    return opened.decode()


def _seal(public: bytes, plain: bytes, kind: SealedKind, ref: uuid.UUID) -> bytes:
    return HybridSeal(hybrid_public_key(public)).close(filled_up(plain), kind, ref)


def _letters_of(phrase: str) -> str:
    """As it was made, however it was typed."""
    return "".join(letter for letter in phrase.lower() if letter.isalnum())
