"""Logistic regression in plain Python, for what is trained here: the same on every machine."""

import math
import random
from collections.abc import Sequence


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
    weights = dict.fromkeys((sign for signs in examples for sign in signs), 0.0)
    pulls = [1e-8] * len(examples)
    order = list(range(len(examples)))
    shuffled = random.Random(1)
    for _ in range(rounds):
        shuffled.shuffle(order)
        largest = 0.0
        for i in order:
            signs, answer = examples[i], answers[i]
            margin = answer * sum(map(weights.__getitem__, signs))
            pull = _best_pull(pulls[i], margin, len(signs), strictness)
            change = answer * (pull - pulls[i])
            pulls[i] = pull
            for sign in signs:
                weights[sign] += change
            largest = max(largest, abs(change))
        if largest < close_enough * strictness:
            break
    return weights


def _best_pull(before: float, margin: float, size: int, strictness: float) -> float:
    """Newton's steps, kept within the open interval from 0 to `strictness`."""
    now = before
    for _ in range(40):
        slope = size * (now - before) + margin + math.log(now / (strictness - now))
        bend = size + strictness / (now * (strictness - now))
        after = now - slope / bend
        if after <= 0:
            after = now * 0.1
        elif after >= strictness:
            after = strictness - (strictness - now) * 0.1
        if abs(after - now) < 1e-10 * strictness:
            return after
        now = after
    return now
