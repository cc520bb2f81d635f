"""Fixed sentences and names: what a reporter reads, and what channels are called."""

from collections.abc import Container

from django.conf import settings
from django.utils.translation import gettext as _

from keng.kit.viewing_copies import NoCopy
from keng.language import taxonomy
from keng.language.danger import POLICE_NUMBERS
from keng.tips.models import Decision, Tip


def closing_sentence(tip: Tip, outcome: str | None = None) -> str:
    """What a reporter is told when a tip is closed without words of an officer's own.

    With its own outcome, or with one that somebody thinks of.
    """
    if not taxonomy.tells_more(tip.category):
        return _("We have finished with your report and closed it. Thank you for telling us.")
    return {
        Tip.Outcome.SOLVED: _("What you reported has been cleared up. Thank you for telling us."),
        Tip.Outcome.PREVENTED: _("Your report helped to stop this. Thank you for telling us."),
        Tip.Outcome.HANDED_OVER: _(
            "We have handed your report to the police unit in charge of such cases and "
            "closed it here."
        ),
        Tip.Outcome.WARNED: _(
            "Your report led to a public warning, so that others are not deceived. Thank you."
        ),
    }.get(
        Tip.Outcome(tip.outcome if outcome is None else outcome),
        _("We have finished with your report and closed it. Thank you for telling us."),
    )


def transferred_end_sentence(desk: str) -> str:
    """What a reporter is told when the desk of another province has ended the tip."""
    return _(
        "%(desk)s has finished with your report, so it is closed here. Thank you for telling us."
    ) % {"desk": desk}


def danger_first_sentence(numbers: Container[str] = POLICE_NUMBERS) -> str:
    """What whoever tells of danger is answered at once; `numbers` are `numbers_to_call`'s."""
    if "114" not in numbers and "115" not in numbers:
        return _(
            "If anybody is in danger now, call 113 at once; do not wait for an answer here. If you "
            "cannot speak, write where you are."
        )
    first = (
        _("If there is a fire, or somebody has to be rescued, call 114 at once, then 113.")
        if "114" in numbers
        else _("If somebody is in danger now, call 113 at once.")
    )
    ambulance = _("If somebody has fainted, is not breathing or is hurt, call 115 too.")
    wait = _("Do not wait for an answer here. If you cannot speak, write where you are.")
    return " ".join([first, ambulance, wait] if "115" in numbers else [first, wait])


def child_line_sentence() -> str:
    """What stands beside it where a child or violence at home is told of: 111, and comfort."""
    return _(
        "Children can call 111: free, day and night. It is not your fault, you did right to tell. "
        "If it is safer, hide and stay quiet."
    )


def bank_first_sentence() -> str:
    """What whoever tells that money has just gone reads before anything else."""
    page = f"{settings.PUBLIC_URL}/first-hour/"
    return _(
        "If money has just left your account, call your bank now, on the number on the back of "
        "your card or in its app: ask them to stop the transfer and to block the account it went "
        "to. Five things to do, in this order: %(page)s"
    ) % {"page": page}


def not_shown_sentence(reason: NoCopy) -> str:
    """What a reporter is told of a file that no officer can look at, and what helps."""
    if reason == NoCopy.TOO_LARGE:
        return _(
            "A file you sent cannot be opened here: it is too large. It stays sealed with your "
            "report. If you can, send a screenshot of it or a smaller one."
        )
    if reason == NoCopy.UNKNOWN:
        return _(
            "A file you sent cannot be opened here: it is of a kind that this site cannot show. It "
            "stays sealed with your report. If you can, send a screenshot of it."
        )
    if reason == NoCopy.BROKEN:
        return _(
            "A file you sent cannot be opened here: it is damaged or did not come whole. It "
            "stays sealed with your report. If you can, send it again, or a screenshot of it."
        )
    if reason == NoCopy.INFECTED:
        return _(
            "A file you sent is not opened here: a scanner found harmful software in it. It stays "
            "sealed with your report. If you can, send a screenshot of it."
        )
    if reason == NoCopy.LOCKED:
        return _(
            "A document you sent opens only with a password. It stays sealed with your report. If "
            "you can, send screenshots of its pages; do not write the password here."
        )
    return _(
        "A file you sent cannot be opened here; that is our fault. It stays sealed with your "
        "report. If you can, send it once more."
    )


def suspended_sentence() -> str:
    """What a reporter is told when a tip is suspended; the officer may change it."""
    return _(
        "We suspend work on your report for now: we are waiting for something that others have to "
        "bring. Your report stays with us. As soon as we go on, we tell you here."
    )


def resumed_sentence() -> str:
    """What a reporter is told when a suspended tip is taken up again."""
    return _("We have taken up your report again and go on with it.")


def decline_reply(kind: str, tip: Tip) -> str:
    """What the reporter will read; the officer may change it. Call it in their language."""
    unit = tip.responsible_unit.name
    return {
        Decision.DeclinedAs.PROCEDURE: _(
            "Thank you for asking. This is a question of procedure: "
            "you can settle it on VNeID or the "
            "national public service portal, or at the one-stop office of your commune in office "
            "hours. We close this report; if something unsafe happens, write to us again."
        ),
        Decision.DeclinedAs.CIVIL: _(
            "Thank you for writing. This looks like a dispute between people, which the mediation "
            "team of your neighbourhood or a court can settle. If somebody threatens or hurts "
            "anyone, call 113 or write to us again."
        ),
        Decision.DeclinedAs.MUNICIPAL: _(
            "Thank you for telling us. Lights, rubbish and roads are looked after by the People's "
            "Committee of your commune; please tell them. We close this report here."
        ),
        Decision.DeclinedAs.OFFICIAL: _(
            "Thank you for telling us. A report about officers is not handled by the unit it is "
            "about: it has been passed to the unit above, and this desk no longer sees it. You can "
            "follow it with the same receipt code."
        ),
        Decision.DeclinedAs.NOT_CHECKABLE: _(
            "Thank you for writing. With what we have we cannot check this: "
            "we would need a place, a "
            "time, a number or a link. We close the report; if you know more, send a new report "
            "with it."
        ),
        Decision.DeclinedAs.SPAM: _(
            "This page takes reports about safety, and what came from you reads like advertising. "
            "We close it. If we are mistaken, send a new report: what happened, where and when."
        ),
        Decision.DeclinedAs.OUT_OF_SCOPE: _(
            "Thank you for writing. %(unit)s handles public safety only, and what you wrote is "
            "outside of that. Its content is no longer readable here and will be destroyed in 7 "
            "days. If you do not agree, you can object once within these 7 days with your receipt "
            "code; then the unit above decides."
        )
        % {"unit": unit},
    }[Decision.DeclinedAs(kind)]
