"""Where static files lie once they were collected, and whether they were."""

from pathlib import Path

from keng.kit.database import data_folder

# Django writes the list of names last, so where it is, everything in it is.
COLLECTED = "staticfiles.json"


def static_folder() -> Path:
    """Below the data folder; `keng migrate` and `keng serve` fill it (runtime.static_files)."""
    return data_folder() / "static"


def are_collected() -> bool:
    """Whether pages may name files with their hash; tests and `DEBUG` serve them from the code."""
    return (static_folder() / COLLECTED).exists()
