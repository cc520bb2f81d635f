"""What is called that is done on the pages of a place, with teams, and about partners."""

from django.utils.translation import gettext as _


def words_of_acts_on_places() -> dict[str, str]:
    """Acts and their words."""
    return {
        "question.handed_in": _("Handed in a public answer to a question"),
        "question.answered": _("Answered a question"),
        "question.declined": _("Did not answer a question: no matter of this site"),
        "question.objected": _("Objected that a question is about safety or services"),
        "question.moved": _("Made a report of a question"),
        "meeting.proposed": _("Handed in a meeting"),
        "meeting.dropped": _("Dropped a meeting before it was announced"),
        "meeting.announced": _("Announced a meeting"),
        "meeting.called_off": _("Called a meeting off"),
        "channel.proposed": _("Handed in a channel for the official list"),
        "channel.dropped": _("Dropped a channel before it was listed"),
        "channel.listed": _("Put a channel on the official list"),
        "channel.doubted": _("Asked to take a channel off the official list"),
        "channel.kept": _("Kept a channel on the official list"),
        "channel.looked_at": _("Looked at the official channels: right"),
        "channel.unlisted": _("Took a channel off the official list"),
        "partner.invited": _("Invited a partner"),
        "partner.member_added": _("Added somebody who signs in for a partner"),
        "partner.member_agreed": _("Agreed that somebody signs in for a partner"),
        "partner.member_closed": _("Ended the sign-in of somebody of a partner"),
        "partner.closed": _("Closed a partner"),
        "partner.opened": _("Let a partner publish again"),
        "article.written": _("Wrote an article"),
        "article.submitted": _("Handed an article in"),
        "article.published": _("Published an article of a partner"),
        "article.given_back": _("Gave an article back"),
        "article.withdrawn": _("Withdrew an article"),
        "manuscript.written": _("Wrote a lesson or a check for a partner"),
        "manuscript.submitted": _("Handed in a lesson or a check of a partner"),
        "manuscript.published": _("Published a lesson or a check of a partner"),
        "manuscript.given_back": _("Gave a lesson or a check of a partner back"),
        "manuscript.discarded": _("Threw a draft of a partner away"),
        "manuscript.withdrawn": _("Withdrew a lesson or a check of a partner"),
        "kit.accepted": _("Accepted a person of good standing"),
        "kit.declined": _("Declined somebody who asked for the kit"),
    }
