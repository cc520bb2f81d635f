"""How often a name and a password, or six digits, may be tried wrongly, and from where.

Nobody is locked out. Whoever guesses waits, and what they do reaches neither a session that is open
nor the officer's own browser:

- A pair of a name and where the try comes from: five wrong ones at once, then one in five minutes.
- A network, whatever the names: thirty at once, then two in a minute. An office changes its shift.
- A name, from all networks together: twenty at once, then one in two minutes. This alone bounds
  whoever has many networks: 740 passwords of a name in the first day and 720 in each later one.

A browser in which somebody has signed in under a name before is known for that name (`browsers`).
It has a pair of its own and neither of the two wide limits, so an attack from everywhere makes
strangers wait and not the officer at the usual machine. In a new browser the officer takes part in
the wide limit of their name, and may have to wait while somebody tries it from many networks.

A passkey is guessed by nobody, so nothing here stands before it: whoever has one signs in from a
new browser as well, however hard somebody guesses from the address of the whole office. Without one
a new browser in such an office waits while the guessing lasts, and no known browser does.

Six digits are asked for after the right password only, and counted apart with the same figures.
Three codes are good at any moment, so whoever has the password finds one with a chance of 3 in
1,000,000 a try: 0.09 % a day from one network (293 tries), 0.22 % a day from everywhere (740). Each
wrong one is on record.

The name is what was typed, whether somebody has it or not: refusals tell no names apart. All
processes count together (`limits.guesses`), and a restart forgets nothing of the last ten minutes:
in a table without a log, under hashes whose key changes every ten minutes. A network or a name is
nowhere in it.
"""

import math
from dataclasses import dataclass

from keng.limits.guesses import GuessLimit, NoneLeft, TakenGuess

# So many at once, then one more after so many seconds.
PAIR_LIMIT = (5, 300.0)
NETWORK_LIMIT = (30, 30.0)
NAME_LIMIT = (20, 120.0)


@dataclass(frozen=True)
class TryOrigin:
    """Where a try comes from: a network, and the mark of a browser that is known for the name."""

    network: str
    browser: str = ""


class TooManyTries(Exception):
    """Wait so many seconds; `is_wide` if others caused it and a known browser would not wait."""

    def __init__(self, seconds: float, *, is_wide: bool) -> None:
        super().__init__()
        self.seconds, self.is_wide = max(1, math.ceil(seconds)), is_wide

    @property
    def minutes(self) -> int:
        """The same for people, rounded up."""
        return -(-self.seconds // 60)


@dataclass(frozen=True)
class CountedTry:
    """One try that was let through: counted as wrong until somebody says that it was right."""

    counted_in: tuple[TakenGuess, ...]
    is_last: bool
    """The next one from there has to wait."""

    def count_as_right(self) -> None:
        """It does not count."""
        for guess in self.counted_in:
            guess.give_back()


class GuessCounter:
    """The counts of one kind of secret, which all processes share."""

    def __init__(self, kind: str) -> None:
        def limit(of: str, figures: tuple[int, float]) -> GuessLimit:
            at_once, pause = figures
            return GuessLimit(f"{kind} by {of}", at_once=at_once, pause=pause)

        # Known browsers and strangers have figures in common, and no count.
        self._browsers = limit("browser", PAIR_LIMIT)
        self._pairs = limit("name and network", PAIR_LIMIT)
        self._networks, self._names = limit("network", NETWORK_LIMIT), limit("name", NAME_LIMIT)

    def begin_try(self, name: str, origin: TryOrigin) -> CountedTry:
        """Let a try through, before anything is read or computed. Raises TooManyTries.

        The first word of `name` says at which door: what is tried at one reaches no other.
        """
        name = name.strip().lower()
        if origin.browser:
            own = _count_guess(self._browsers, name, origin.browser)
            return CountedTry((own,), is_last=own.is_last)
        return self._begin_of_stranger(name, origin.network)

    def _begin_of_stranger(self, name: str, network: str) -> CountedTry:
        door = name.partition(" ")[0]
        taken: list[TakenGuess] = []
        try:
            # First: a network that is refused makes no counts of the names it makes up.
            taken.append(_count_guess(self._networks, door, network, is_wide=True))
            pair = _count_guess(self._pairs, name, network)
            taken.append(pair)
            taken.append(_count_guess(self._names, name, is_wide=True))
        except TooManyTries:
            for guess in taken:
                guess.give_back()
            raise
        return CountedTry(tuple(taken), is_last=pair.is_last)


def _count_guess(limit: GuessLimit, *parts: str, is_wide: bool = False) -> TakenGuess:
    try:
        return limit.count_guess(*parts)
    except NoneLeft as error:
        raise TooManyTries(error.seconds, is_wide=is_wide) from error


password_guesses = GuessCounter("password")
code_guesses = GuessCounter("code")
