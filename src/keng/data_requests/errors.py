"""What can stand in the way of a data request, or of a decision on one."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from keng.acts import errors

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class AskedAlready(errors.AlreadyDone):
    """The same is asked for and not answered yet."""

    sentence = _("You have asked for this already. The answer comes on this page.")


class NobodyAnswers(errors.Refused):
    """The report is about the very office that would answer."""

    sentence = _(
        "This report is about the office that would answer, so no request is taken here: its people"
        " would learn of the report."
    )


class KeptFromRestriction(errors.Refused):
    """The law has the desk finish it."""

    sentence = _(
        "Not decided so: the desk has not finished this report, and the law has it go on. Once it "
        "is closed, it can be kept and not used; until then refuse, by art. 19."
    )


class NotRestricted(errors.AlreadyDone):
    """Somebody else lifted it, or it never was."""

    sentence = _("Not done: this report is not restricted any more.")


class RequestSettled(errors.AlreadyDone):
    """Somebody else decided meanwhile."""

    sentence = _("Not done: this request was decided on meanwhile.")


class ExtendedBefore(errors.AlreadyDone):
    """The time is extended once."""

    sentence = _("Not done: the time was extended before, and that is possible once.")


class NoSuchNumber(errors.Refused):
    """No report of the province has this number, or it is about the own office."""

    sentence = _("Not done: no report of this number can be asked about.")


class KeptFromErasure(errors.Refused):
    """What is still needed is not destroyed; why stands in `why`."""

    sentence: "str | _StrPromise" = _(
        "Not done: this report is still needed, so it cannot be deleted."
    )

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.sentence = f"{type(self).sentence} {why}"


class SamePerson(errors.Refused):
    """Who decided that it is deleted, or who made their account, is no second person."""

    sentence = _("Not done: somebody else agrees, not who decided nor who made their account.")
