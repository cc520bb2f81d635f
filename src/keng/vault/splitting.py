"""A private key in shares: two of the holders', or the custodians', put it together (SLIP-39).

Two groups, of which one is enough: the holders, any two of them, and the custodians, whose one
share stands for those who keep the operator's file. Their own key may be in shares as well, for
several people (vault.custodian_parts). Each splitting draws a new polynomial, and a digest inside
says whether shares belong together: those of two splittings give nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics

MOST_HOLDERS = 16
"""What SLIP-39 has numbers for."""
HOLDERS_NEEDED = 2
MOST_CUSTODIANS = 16
FEWEST_CUSTODIANS = 2
# No passphrase, so nothing is to be stretched.
_FEWEST_ROUNDS = 0


class SharesDoNotFit(ValueError):
    """Too few, of different splittings, or no shares at all."""


@dataclass(frozen=True)
class SplitKey:
    """The shares of one key, as words; printing it shows none."""

    custodians: str = field(repr=False)
    holders: Sequence[str] = field(repr=False)


def split_key(private: bytes, holders: int) -> SplitKey:
    """Shares for the custodians and for so many holders, from two to `MOST_HOLDERS`."""
    if not HOLDERS_NEEDED <= holders <= MOST_HOLDERS:
        message = f"a key is split for {HOLDERS_NEEDED} to {MOST_HOLDERS} holders"
        raise ValueError(message)
    (custodians,), held = generate_mnemonics(
        1, [(1, 1), (HOLDERS_NEEDED, holders)], private, iteration_exponent=_FEWEST_ROUNDS
    )
    return SplitKey(custodians, held)


def split_for_custodians(private: bytes, needed: int, custodians: int) -> Sequence[str]:
    """A share for each custodian; so many of them put the key together."""
    if not FEWEST_CUSTODIANS <= needed <= custodians <= MOST_CUSTODIANS:
        message = f"of {FEWEST_CUSTODIANS} to {MOST_CUSTODIANS} custodians two or more are needed"
        raise ValueError(message)
    (shares,) = generate_mnemonics(
        1, [(needed, custodians)], private, iteration_exponent=_FEWEST_ROUNDS
    )
    return list(shares)


def is_share_of(words: str, *, number: int, needed: int) -> bool:
    """Whether these words are whole, by their checksum, and the share with this number."""
    try:
        share = Share.from_mnemonic(words)
    except (MnemonicError, ValueError):
        return False
    return (share.index + 1, share.member_threshold) == (number, needed)


def combine_shares(shares: Iterable[str]) -> bytes:
    """The key: of the custodians' share, of two holders', or of so many custodians as are needed.

    Raises SharesDoNotFit.
    """
    try:
        return bytes(combine_mnemonics(shares))
    except (MnemonicError, ValueError) as error:
        raise SharesDoNotFit from error
