"""The public side of the look-up is tried as residents meet it: beginning fresh, on a stage."""

from keng.community.tests.conftest import _fresh, resident, stage

__all__ = ["_fresh", "resident", "stage"]
