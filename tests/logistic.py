"""Logistic regression in plain Python, for what is trained here: the same on every machine."""

import math
import random
from collections.abc import Sequence
from itertools import chain


def fit_logistic(
    examples: Sequence[Sequence[str]],
    answers: Sequence[int],
    *,
    strictness: float,
    rounds: int,
    close_enough: float = 1e-4,
) -> dict[str, float]:
    """The weight of each sign; an example is the signs it has, its answer is 1 or -1.

    Dual coordinate descent with a quadratic penalty (Yu, Huang and Lin 2011). `strictness` is how
    much an example may pull, `close_enough` the largest change (in shares of it) that ends early.
    """
    number_of = {sign: at for at, sign in enumerate(dict.fromkeys(chain.from_iterable(examples)))}
    rows = [[number_of[sign] for sign in signs] for signs in examples]
    weights = [0.0] * len(number_of)
    pulls = [1e-8] * len(examples)
    order = list(range(len(examples)))
    shuffled = random.Random(1)
    for _ in range(rounds):
        shuffled.shuffle(order)
        largest = 0.0
        for i in order:
            row, answer = rows[i], answers[i]
            margin = answer * sum(map(weights.__getitem__, row))
            pull = _best_pull(pulls[i], margin, len(row), strictness)
            change = answer * (pull - pulls[i])
            pulls[i] = pull
            for number in row:
                weights[number] += change
            largest = max(largest, abs(change))
        if largest < close_enough * strictness:
            break
    return dict(zip(number_of, weights, strict=True))


def _best_pull(before: float, margin: float, size: int, strictness: float) -> float:
    """Newton's steps, kept within the open interval from 0 to `strictness`."""
    now = before
    for _ in range(40):
        left = strictness - now
        slope = size * (now - before) + margin + math.log(now / left)
        bend = size + strictness / (now * left)
        after = now - slope / bend
        if after <= 0:
            after = now * 0.1
        elif after >= strictness:
            after = strictness - left * 0.1
        if abs(after - now) < 1e-10 * strictness:
            return after
        now = after
    return now
