"""A private key in shares: two of the holders', or the custodians', put it together (SLIP-39).

Two groups, of which one is enough: the holders, any two of them, and the custodians, whose one
share stands for those who keep the operator's file. Each splitting draws a new polynomial, and a
digest inside says whether shares belong together: those of two splittings give nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

MOST_HOLDERS = 16
"""What SLIP-39 has numbers for."""
HOLDERS_NEEDED = 2
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


def combine_shares(shares: Iterable[str]) -> bytes:
    """The key: of the custodians' share, or of two holders'. Raises SharesDoNotFit."""
    try:
        return bytes(combine_mnemonics(shares))
    except (MnemonicError, ValueError) as error:
        raise SharesDoNotFit from error
