"""How far the record is witnessed, and what could still be rewritten without anybody noticing."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from keng.audit.models import Chain
from keng.public_log.log_key import configured_witnesses
from keng.public_log.models import LoggedChain, LogLeaf, WitnessStanding


@dataclass(frozen=True, slots=True)
class WitnessedWindow:
    """What one witness has not seen so far."""

    witness: str
    cosigned_at: dt.datetime | None
    """None where it never cosigned."""
    entries: int
    """Recorded, and not seen by it yet."""
    trouble: str
    """Why it did not cosign when it was asked last, in words; empty when it did."""


def witnessed_windows(chains: Collection[str]) -> list[WitnessedWindow]:
    """What each configured witness has not seen of these chains, as it is now.

    Nothing is counted of other chains: who reads some of them learns nothing of the others.
    """
    heads = dict(Chain.objects.filter(name__in=chains).values_list("name", "last_seq"))
    logged = dict(LoggedChain.objects.filter(chain__in=heads).values_list("chain", "last_seq"))
    waiting = sum(last - logged.get(name, 0) for name, last in heads.items())
    known = WitnessStanding.objects.in_bulk()
    windows = []
    for witness in configured_witnesses():
        standing = known.get(witness.key.name) or WitnessStanding(witness=witness.key.name)
        unseen = LogLeaf.objects.filter(leaf__gte=standing.size, chain__in=heads)
        windows.append(
            WitnessedWindow(
                witness=standing.witness,
                cosigned_at=standing.cosigned_at,
                entries=waiting + unseen.count(),
                trouble=str(standing.get_trouble_display()),
            )
        )
    return windows
