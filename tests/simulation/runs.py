"""One seed after the other, and how whoever sees one fail has it again."""

import os
from unittest import mock

from tests.simulation.world import World

# A sender's threads are greenlets in the thread of the simulated loop, where Django would refuse
# what they do with its connection.
_AS_IN_A_THREAD = {"DJANGO_ALLOW_ASYNC_UNSAFE": "1"}


class Failed(AssertionError):
    """A seed that fails, and how to have it again."""


def run_seed(seed: int, kills: int, **given: object) -> World:
    """The world of this seed, run to its end. Raises Failed."""
    world = World(seed, kills=kills, **given)
    try:
        with mock.patch.dict(os.environ, _AS_IN_A_THREAD):
            world.run()
    except Exception as error:
        again = f"python -m tests.simulation --seed {seed} --kills {kills}"
        raise Failed(f"{type(error).__name__}: {error}\nseed {seed} again: {again}") from error
    return world
