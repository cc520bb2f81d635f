"""Views that answer without what was sent to them.

Another app may share a picture that no form takes. Such a view leads on all the same, where every
other one says that nothing was received.
"""

from collections.abc import Callable
from typing import Any, TypeVar

_MARK = "reads_no_body"

_View = TypeVar("_View", bound=Callable[..., Any])


def reads_no_body(view: _View) -> _View:
    """Mark a view that answers alike whether or not the body of the request could be taken in."""
    setattr(view, _MARK, True)
    return view


def is_marked_as_reading_none(view: Callable[..., Any]) -> bool:
    """Whether the view has the mark."""
    return getattr(view, _MARK, False)
