"""One seed after the other, and how whoever sees one fail has it again."""

from tests.simulation.world import World


class Failed(AssertionError):
    """A seed that fails, and how to have it again."""


def run_seed(seed: int, kills: int, **given: object) -> World:
    """The world of this seed, run to its end. Raises Failed."""
    world = World(seed, kills=kills, **given)
    try:
        world.run()
    except Exception as error:
        again = f"python -m tests.simulation --seed {seed} --kills {kills}"
        raise Failed(f"{type(error).__name__}: {error}\nseed {seed} again: {again}") from error
    return world
