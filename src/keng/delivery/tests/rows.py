"""What the worker does after an act that sends to many: in tests, at once."""

from keng.delivery.actions.materialising import materialise_next_dispatch
from keng.runtime.tests.rights import as_process


def make_rows() -> None:
    """The rows of everything that waits for them, as production makes them."""
    with as_process("worker"):
        while materialise_next_dispatch():
            pass
