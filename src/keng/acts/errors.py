"""Why an act was not done. Each has the sentence that whoever acts reads; nothing was changed."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Refused(Exception):
    """The act was not done. An area has its own subclass only where a caller tells it apart."""

    sentence: "str | _StrPromise" = _("This was not done.")


class NotAllowed(Refused, PermissionError):
    """Not theirs to do, or no such thing: the same answer, which tells nobody what there is.

    Where no view catches it the answer is "no such page", without its sentence.
    """

    is_noted = False
    """Whether the log has its line (keng.kit.refused_tries)."""


class KeptBack(NotAllowed):
    """Among the rows that it locks are some that the database lets nobody of theirs change."""


class ChangedMeanwhile(Refused):
    """Something was done since the page was made from which this was sent."""

    sentence: "str | _StrPromise" = _(
        "Not done: something changed since this page was made. Look again."
    )


class AlreadyDone(Refused):
    """Somebody was faster, or the button was pressed twice."""

    sentence: "str | _StrPromise" = _("Not done: this was done already.")


class Incomplete(Refused, ValueError):
    """Something that it takes is missing or does not fit."""

    sentence: "str | _StrPromise" = _("Not done: something is missing.")


class TooLate(Refused):
    """Its time is over."""

    sentence: "str | _StrPromise" = _("Not done: the time for this is over.")


class TryAgain(Refused):
    """The database gave up for a moment; the same may well succeed a little later."""

    sentence: "str | _StrPromise" = _(
        "Not done: many things happen at this moment. Send it once more."
    )
