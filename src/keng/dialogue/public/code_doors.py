"""What a code opens that is no tip's: every kind of code is typed into one box.

An area above registers its kind when its app is ready. The box sends the browser on to the page of
that kind with what was typed (307), so that each is answered where it is at home.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect


def _never(_code_hashes: list[bytes]) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class CodeDoor:
    """One kind of code."""

    has_code: Callable[[str], bool]
    """Whether a cleaned code is of this kind."""
    opens_at: str
    """Name of the address that takes the same form."""
    became_report: Callable[[list[bytes]], bool] = _never
    """Whether one of these hashes of codes was given out for it, and opens a report since."""


_DOORS: dict[str, CodeDoor] = {}


def register_code_door(door: CodeDoor) -> None:
    """From now on the box knows this kind, too; once more changes nothing."""
    _DOORS[door.opens_at] = door


def began_as_something_else(code_hashes: list[bytes]) -> bool:
    """Whether a report, known by its codes, came in as a question, and a desk made it a report."""
    return any(door.became_report(code_hashes) for door in _DOORS.values())


def lead_to_code_door(code: str) -> HttpResponse | None:
    """The same form sent to whoever knows the code; None where nobody does."""
    for door in _DOORS.values():
        if door.has_code(code):
            response = redirect(door.opens_at)
            response.status_code = 307
            return response
    return None
